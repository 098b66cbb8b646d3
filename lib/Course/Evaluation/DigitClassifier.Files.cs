using System.Text.Json;
using Diffusion.Models.Files;
using Shared;

namespace Course.Evaluation;

public sealed partial class DigitClassifier
{
    /// <summary>The file of a classifier's folder that says what the network is.</summary>
    public const string ConfigFile = "config.json";

    /// <summary>The file of a classifier's folder that holds its parameters.</summary>
    public const string WeightsFile = "model.safetensors";

    const string TimesKey = "num_train_timesteps", NameKey = "_class_name";

    /// <summary>Opens a classifier as <see cref="Save"/> writes it.</summary>
    /// <remarks>Draws no random numbers.</remarks>
    /// <param name="folder">The folder, for example <c>data/models/mnist-classifier</c>.</param>
    /// <exception cref="FileNotFoundException">One of the two files is not there.</exception>
    /// <exception cref="InvalidDataException">
    /// config.json is another network's or has an option that is not known, or the weights are damaged or another network's.
    /// </exception>
    public static DigitClassifier Load(string folder)
    {
        int? times = ReadTimes(Path.Combine(folder, ConfigFile));
        return Weights.Filled(() => new DigitClassifier(times), Path.Combine(folder, WeightsFile));
    }

    /// <summary>Writes config.json and model.safetensors, parameters in half precision. Each file is there whole or not at all.</summary>
    /// <param name="folder">The folder; made where it is missing.</param>
    /// <exception cref="InvalidOperationException">A value is too large for float16; the sentence names the parameter.</exception>
    public void Save(string folder)
    {
        Directory.CreateDirectory(folder);
        var options = new SortedDictionary<string,
            object?>(StringComparer.Ordinal)
        { [NameKey] = nameof(DigitClassifier), [TimesKey] = Times };
        AtomicFile.Write(Path.Combine(folder, ConfigFile), stream => JsonSerializer.Serialize(stream, options, indented));
        Weights.Save(this, Path.Combine(folder, WeightsFile), halfPrecision: true);
    }

    static readonly JsonSerializerOptions indented = new() { WriteIndented = true };

    static int? ReadTimes(string path)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no file {path}: a classifier is a folder with "
                + $"{ConfigFile} and {WeightsFile}.", path);
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty(NameKey, out JsonElement name)
                || name.ValueKind != JsonValueKind.String || !name.ValueEquals(nameof(DigitClassifier)))
                throw new InvalidDataException($"{path} is no classifier's: expected {NameKey} to be \"{nameof(DigitClassifier)}\".");
            int? times = null;
            foreach (JsonProperty option in root.EnumerateObject())
            {
                if (option.Name.StartsWith('_')) continue;
                if (option.Name != TimesKey)
                    throw new InvalidDataException($"{path}: {option.Name} is not known, expected {TimesKey} alone.");
                if (option.Value.ValueKind == JsonValueKind.Null) continue;
                times = option.Value.ValueKind == JsonValueKind.Number && option.Value.TryGetInt32(out int whole) && whole >= 1 ? whole
                    : throw new InvalidDataException($"{path}: {TimesKey} is {option.Value.GetRawText()}, "
                        + "expected a whole number from 1, or null for clean digits.");
            }
            return times;
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{path} is not valid JSON (line {error.LineNumber + 1}).", error);
        }
    }
}
