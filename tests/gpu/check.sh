#!/usr/bin/env bash
# What docs/gpu.md says of a GPU, measured again: parity, rates at three batch sizes, bits after a resume, the tests, a chapter. Ends with the tables of that page.
# Needs the .NET 10 SDK and a CUDA build of libtorch (`-p:Torch=cuda`, or put beside lib/bin's own); at most eight minutes on one GPU, after the build.
# Rehearsed on a CPU by `WORKBOOK_DEVICE=cpu SHARE=50 tests/gpu/check.sh`, with a fiftieth of the images and steps
# (FILTER=… chooses tests, as dotnet test --filter does).
set -uo pipefail
cd "$(dirname "$0")/../.."
share=${SHARE:-1}
scratch=$(mktemp -d); trap 'rm -rf "$scratch"' EXIT
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
workbook() { dotnet lib/bin/workbook.dll "$@"; }
part() { n=$(($1 / share)); echo $((n > $2 ? n : $2)); }       # a share of $1, at least $2
table=""; say() { table+="$*"$'\n'; }
wrong=0; failed() { wrong=1; say "| $1 | FAILED |"; }

[[ -f lib/bin/workbook.dll ]] || dotnet build -c Release || exit 1
if [[ "${WORKBOOK_DEVICE:-}" != cpu ]]; then
    nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader || { echo "no NVIDIA GPU is seen here: nothing to check"; exit 2; }
fi
workbook doctor | tee "$scratch/doctor" | sed -n 1,12p

say "| parity with diffusers | largest difference |"; say "| --- | --- |"
for folder in tests/golden/*/; do
    said=$(workbook parity "$folder" 2>&1)
    if grep -q '"passed":true' <<<"$said"; then say "| $(basename "$folder") | $(sed -E 's/.*"max_abs_diff":([^,]*),.*/\1/' <<<"$said") |"; else failed "$(basename "$folder"): $said"; fi
done

say ""; say "| training, batch | images/s |"; say "| --- | --- |"
for batch in 128 512 2048; do
    images=$(part 400000 $((4 * batch)))
    said=$(workbook train --output "$scratch/rate-$batch" --batch $batch --images "$images" --seed 1 2>&1 | tail -1)
    rate=$(sed -E 's/.* ([0-9,.]+) images\/s.*/\1/' <<<"$said"); [[ $rate =~ ^[0-9,.]+$ ]] && say "| $batch | $rate |" || failed "batch $batch: $said"
done

say ""; say "| sampling | seconds |"; say "| --- | --- |"
for walk in "64 1000" "512 1000" "2048 100"; do
    read -r count steps <<<"$walk"; count=$(part "$count" 8); steps=$(part "$steps" 10)
    start=$(date +%s.%N)
    if workbook sample mnist-ddpm --count "$count" --steps "$steps" --output "$scratch/s-$count.safetensors" >"$scratch/said" 2>&1; then
        say "| $count digits, $steps steps, with the start of the program | $(awk -v a="$start" -v b="$(date +%s.%N)" 'BEGIN { printf "%.1f", b - a }') |"
    else failed "sample $walk: $(tail -1 "$scratch/said")"; fi
done

say ""; say "| what must hold | |"; say "| --- | --- |"
images=$(part 51200 2560); options=(--batch 128 --images "$images" --seed 7)
workbook train --output "$scratch/whole" "${options[@]}" >/dev/null 2>&1
timeout --signal=INT 6 dotnet lib/bin/workbook.dll train --output "$scratch/parts" "${options[@]}" >/dev/null 2>&1
[[ -f $scratch/parts/checkpoint.safetensors ]] || failed "the training was over before it could be stopped: too few images for this machine"
workbook train --output "$scratch/parts" "${options[@]}" --resume >/dev/null 2>&1
if cmp -s "$scratch/whole/diffusion_pytorch_model.safetensors" "$scratch/parts/diffusion_pytorch_model.safetensors"
then say "| stopped after 6 s and resumed: the same file | yes |"; else failed "stopped and resumed: the same file"; fi

# without TF32: a sample in a batch of another size is then the same but for float32's rounding, as the tests want it
for tests in Diffusion Diffusion.Models Course; do
    said=$(NVIDIA_TF32_OVERRIDE=0 timeout 240 dotnet test -c Release --no-build "tests/$tests.Tests" ${FILTER:+--filter "$FILTER"} 2>&1)
    line=$(grep -E 'Failed: +[0-9]+, Passed: +[0-9]+' <<<"$said" | sed -E 's/.*(Failed: +[0-9]+, Passed: +[0-9]+, Skipped: +[0-9]+).*/\1/')
    say "| tests/$tests.Tests | ${line:-not ended within 240 s} |"
    [[ $line == *"Failed:     0"* ]] || { wrong=1; grep -E -A 6 '^  Failed ' <<<"$said"; }
done
said=$(workbook run --output "$scratch" notebooks/04-forward-process.ipynb 2>&1 | tail -1)
[[ $said == *written* ]] && say "| a chapter | ${said##*  } |" || failed "chapter 04: $said"

echo; echo "$(grep -i -m1 device "$scratch/doctor")"; echo; printf '%s' "$table"
exit $wrong
