// All kernels, compiled once per instruction set. The including file defines CK_WIDTH (lanes of a
// vector), CK_TABLE (the table's symbol), CK_TABLE_NAME, and what Vectors.h and Functions.h ask for.
#include "CKernels.h"
#include "Tables.h"

#include "Vectors.h"
#include "Functions.h"

#include "Elementwise.h"
#include "DropoutKernels.h"
#include "Activations.h"
#include "Softmax.h"
#include "AttentionTile.h"
#include "GatedUnits.h"
#include "RelativeTerms.h"
#include "AdditiveScores.h"
#include "Normalisation.h"
#include "Loss.h"
#include "Optimiser.h"
#include "Recurrent.h"
#include "GRU.h"
#include "ProductBlocks.h"
#include "PackedProduct.h"
#include "RowProduct.h"

const ck_functions CK_TABLE = {
  .name = CK_TABLE_NAME,
  .exponential = ck_exponential,
  .add = ck_add,
  .multiply = ck_multiply,
  .scale = ck_scale,
  .add_scaled = ck_add_scaled,
  .multiply_add = ck_multiply_add,
  .sum = ck_sum,
  .sum_of_squares = ck_sum_of_squares,
  .dot = ck_dot,
  .dropout = ck_dropout_elements,
  .bias_activation = ck_bias_activation,
  .activation_backward = ck_activation_backward,
  .column_sums = ck_column_sums,
  .softmax_rows = ck_softmax_rows,
  .softmax_rows_backward = ck_softmax_rows_backward,
  .attention_tile_forward = ck_attention_tile_forward,
  .attention_tile_probabilities = ck_attention_tile_probabilities,
  .attention_tile_backward = ck_attention_tile_backward,
  .dropout_rows = ck_dropout_rows,
  .scale_rows = ck_scale_rows,
  .row_dots = ck_row_dots,
  .gated_linear_unit = ck_gated_linear_unit,
  .gated_linear_unit_backward = ck_gated_linear_unit_backward,
  .add_distance_terms = ck_add_distance_terms,
  .sum_distance_terms = ck_sum_distance_terms,
  .rotate_pairs = ck_rotate_pairs,
  .additive_scores = ck_additive_scores,
  .additive_scores_backward = ck_additive_scores_backward,
  .additive_exponentials = ck_additive_exponentials,
  .additive_tile_scores = ck_additive_tile_scores,
  .additive_tile_backward = ck_additive_tile_backward,
  .additive_add_keys = ck_additive_add_keys,
  .add_norm = ck_add_norm,
  .add_norm_backward = ck_add_norm_backward,
  .cross_entropy_rows = ck_cross_entropy_rows,
  .consistency_rows = ck_consistency_rows,
  .adam = ck_adam_step,
  .lstm_forward = ck_lstm_forward,
  .lstm_backward = ck_lstm_backward,
  .gru_forward = ck_gru_forward,
  .gru_backward = ck_gru_backward,
  .gru_reset_forward = ck_gru_reset_forward,
  .gru_update_forward = ck_gru_update_forward,
  .gru_update_backward = ck_gru_update_backward,
  .gru_reset_backward = ck_gru_reset_backward,
  .panel_width = ck_panel_width,
  .pack_panels = ck_pack_panels,
  .panel_product = ck_panel_product,
  .product_scratch = ck_product_scratch,
  .product = ck_product,
  .row_product = ck_row_product,
};
