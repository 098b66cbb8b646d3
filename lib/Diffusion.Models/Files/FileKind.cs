using System.Text;

namespace Diffusion.Models.Files;

/// <summary>What a file is that is not what its name says: told by its first bytes.</summary>
static class FileKind
{
    /// <summary>A sentence's beginning and what to do, or null where the bytes say nothing.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isJson">Whether JSON is what was expected, and not weights.</param>
    internal static string? Said(string path, bool isJson = false)
    {
        Span<byte> start = stackalloc byte[256];
        using (FileStream stream = File.OpenRead(path)) start = start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        if (start.StartsWith("version https://git-lfs"u8))
            return "this is a pointer of git-lfs, not the file itself: git lfs pull, or workbook fetch";
        if (start.StartsWith("PK\x3\x4"u8)) return "this is a zip archive, as torch.save writes: name it diffusion_pytorch_model.bin";
        if (start.StartsWith("\x1f\u008b"u8) || (start.Length > 1 && start[0] == 0x1f && start[1] == 0x8b))
            return "this is a gzip file: unpack it";
        if (start.Length > 2 && start[0] == 0x80 && start[1] is >= 2 and <= 5)
            return "this is a pickle of a PyTorch before 1.6 and no zip archive: save it again with a newer one, or take safetensors";
        if (start.Length > 8 && start[8] == (byte)'{' && start[7] == 0 && start[6] == 0) return null;      // a safetensors header
        string text = Encoding.Latin1.GetString(start).TrimStart('\ufeff', ' ', '\r', '\n', '\t', 'ï', '»', '¿');
        return text.StartsWith("<!DOCTYPE", StringComparison.OrdinalIgnoreCase)
            || text.StartsWith("<html", StringComparison.OrdinalIgnoreCase)
            ? "this is a web page, perhaps one that asks to log in: download the file itself, or workbook fetch"
            : !isJson && text.StartsWith('{') ? "this is JSON, and the weights are another file" : null;
    }
}
