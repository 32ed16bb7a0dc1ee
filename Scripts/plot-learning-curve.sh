#!/usr/bin/env bash
# Draws the learning curve of a run of `attend train` with gnuplot: plot-learning-curve.sh RUN [FILE.svg]
# Left: perplexity in training (dropout on) and on held-out pairs. Right: the share of held-out sources whose output
# is not right; or BLEU, where hardly any output is right to the last token.
set -euo pipefail

run=${1:?usage: plot-learning-curve.sh RUN [FILE.svg]}
output=${2:-$run/learning-curve.svg}
metrics=$run/metrics.jsonl
if [[ ! -r $metrics ]]; then
  echo "plot-learning-curve: $metrics cannot be read; is $run the folder of a run?" >&2
  exit 1
fi
if ! command -v gnuplot > /dev/null; then
  echo "plot-learning-curve: gnuplot is not installed, so there is no plot (apt-get install gnuplot-nox)"
  exit 0
fi

points=$(mktemp -d)
trap 'rm -rf "$points"' EXIT
# One JSON object a line, keys sorted: a validation has a nested object, training has a loss.
number='[-+0-9.eE]*'
sed -nE "s/.*\"perplexity\":($number),.*\"step\":($number),.*/\2 \1/p" <(grep '"loss"' "$metrics") > "$points/train"
sed -nE "s/.*\"step\":($number),.*\"perplexity\":($number).*/\1 \2/p" <(grep '"validation"' "$metrics") > "$points/held-out"
sed -nE "s/.*\"step\":($number),.*\"sequenceErrorRate\":($number).*/\1 \2/p" <(grep '"validation"' "$metrics") > "$points/error"
sed -nE "s/.*\"step\":($number),.*\"bleu\":($number).*/\1 \2/p" <(grep '"validation"' "$metrics") > "$points/bleu"

if [[ $(wc -l < "$points/error") -lt 2 ]]; then
  echo "plot-learning-curve: fewer than two validations in $metrics, so there is no plot yet"
  exit 0
fi

right="set ylabel 'error rate on held-out sources, %'
plot '$points/error' using 1:(100 * \$2) with linespoints lw 2 pt 7 ps 0.5 lc rgb '#a50f15' notitle"
if [[ -s $points/bleu ]] && awk 'NR == 1 || $2 < least { least = $2 } END { exit !(least > 0.6) }' "$points/error"; then
  right="set ylabel 'BLEU of greedy outputs on held-out sources'
plot '$points/bleu' with linespoints lw 2 pt 7 ps 0.5 lc rgb '#a50f15' notitle"
fi

# The first updates would take most of the height.
top=$(awk 'NR == 1 { print 1.5 * $2 }' "$points/held-out")
scale=$(awk -v top="$top" 'BEGIN { print (top < 10 ? "unset" : "set") }')

# Steps between marks that stay whole thousands, or plain numbers.
updates=$(awk 'END { print $1 }' "$points/train")
format=$(awk -v n="$updates" 'BEGIN { print (n < 10000 ? "%.0f" : "%.0s%c") }')

gnuplot << PLOT
set terminal svg size 900,360 font "sans-serif,13" background "white"
set output "$output"
set multiplot layout 1,2
set grid lc rgb "#dddddd"
set border 3
set tics nomirror
set xlabel "updates"
set format x "$format"
$scale logscale y
set yrange [1:$top]
set ylabel "perplexity per target token"
plot "$points/train" with lines lw 1.5 lc rgb "#9ecae1" title "training (dropout on)", \
  "$points/held-out" with linespoints lw 2 pt 7 ps 0.5 lc rgb "#08519c" title "held out"
unset logscale y
set yrange [0:*]
$right
unset multiplot
PLOT
echo "plot-learning-curve: wrote $output"
