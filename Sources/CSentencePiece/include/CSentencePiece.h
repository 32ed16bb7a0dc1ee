// SentencePiece's library as C functions. They are there if the package's trait SentencePiece is on.
#ifndef CSENTENCEPIECE_H
#define CSENTENCEPIECE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct csp_model csp_model;

// Is given bytes that are valid during the call only.
typedef void (*csp_sink)(void *context, const char *bytes, size_t count);

// A model from the contents of its file. NULL if they are none; then `sink` is given the reason.
csp_model *csp_parse(const void *bytes, size_t count, csp_sink sink, void *context);
void csp_free(csp_model *model);

// Gives `sink` each piece of a text. Several threads may use one model.
void csp_encode(
  const csp_model *model, const char *text, size_t count, csp_sink sink, void *context);

// Gives `sink` the text of pieces, which stand one after the other in `bytes`.
void csp_decode(
  const csp_model *model, const char *bytes, const size_t *counts, size_t piece_count,
  csp_sink sink, void *context);

#ifdef __cplusplus
}
#endif
#endif
