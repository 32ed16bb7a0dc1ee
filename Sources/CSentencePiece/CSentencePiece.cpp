#include "CSentencePiece.h"

#ifdef SENTENCEPIECE
#include <sentencepiece_processor.h>

#include <string>
#include <vector>

struct csp_model {
  sentencepiece::SentencePieceProcessor processor;
};

csp_model *csp_parse(const void *bytes, size_t count, csp_sink sink, void *context) {
  auto *model = new csp_model;
  const auto status = model->processor.LoadFromSerializedProto(
    absl::string_view(static_cast<const char *>(bytes), count));
  if (status.ok()) return model;
  const std::string reason = status.ToString();
  sink(context, reason.data(), reason.size());
  delete model;
  return nullptr;
}

void csp_free(csp_model *model) { delete model; }

void csp_encode(
  const csp_model *model, const char *text, size_t count, csp_sink sink, void *context) {
  std::vector<std::string> pieces;
  if (!model->processor.Encode(absl::string_view(text, count), &pieces).ok()) return;
  for (const auto &piece : pieces) sink(context, piece.data(), piece.size());
}

void csp_decode(
  const csp_model *model, const char *bytes, const size_t *counts, size_t piece_count,
  csp_sink sink, void *context) {
  std::vector<std::string> pieces;
  for (size_t i = 0; i < piece_count; i++) {
    pieces.emplace_back(bytes, counts[i]);
    bytes += counts[i];
  }
  std::string text;
  if (model->processor.Decode(pieces, &text).ok()) sink(context, text.data(), text.size());
}
#endif
