using System;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Marks one required symbol version of an ELF library as weak, so that the library loads where that version is missing.
/// </summary>
/// <remarks>
/// libLibTorchSharp.so asks libstdc++ for GLIBCXX_3.4.32 (GCC 13). The only symbol under that version is
/// _ZSt21ios_base_library_initv, which nothing in the library calls (there is no relocation to it), yet the dynamic linker of
/// Debian 12, Ubuntu 22.04 and RHEL 9 refuses to load the file: only the version check fails. VER_FLG_WEAK on that entry turns the
/// refusal into a warning that nobody sees; on newer systems it changes nothing. The output copy is changed, never the NuGet
/// cache: the result is written beside and renamed, which also breaks a hard link. Its time stays, so that incremental builds
/// keep it. Running it twice changes nothing.
/// </remarks>
public class WeakenSymbolVersion : Task
{
    const int SectionVersionNeeds = 0x6ffffffe; // SHT_GNU_verneed
    const ushort Weak = 2;                      // VER_FLG_WEAK

    [Required] public string File { get; set; }
    [Required] public string Version { get; set; }

    public override bool Execute()
    {
        byte[] elf = System.IO.File.ReadAllBytes(File);
        int flags = FindFlags(elf, Version);
        if (flags < 0 || (BitConverter.ToUInt16(elf, flags) & Weak) != 0) return true;

        elf[flags] |= (byte)Weak;
        DateTime time = System.IO.File.GetLastWriteTimeUtc(File);
        string beside = File + ".part";
        System.IO.File.WriteAllBytes(beside, elf);
        System.IO.File.SetLastWriteTimeUtc(beside, time);
        System.IO.File.Delete(File);
        System.IO.File.Move(beside, File);
        return true;
    }

    /// <summary>The file offset of vna_flags of the entry named <paramref name="version"/>; −1 where there is none.</summary>
    static int FindFlags(byte[] elf, string version)
    {
        bool elf64LittleEndian = elf.Length > 64 && elf[0] == 0x7f && elf[1] == 'E' && elf[2] == 'L' && elf[3] == 'F'
            && elf[4] == 2 && elf[5] == 1;
        if (!elf64LittleEndian) return -1;
        int sections = (int)BitConverter.ToInt64(elf, 0x28);
        int size = BitConverter.ToUInt16(elf, 0x3a), count = BitConverter.ToUInt16(elf, 0x3c);
        for (int i = 0; i < count; i++)
        {
            int section = sections + i * size;
            if (BitConverter.ToInt32(elf, section + 4) != SectionVersionNeeds) continue;
            int names = (int)BitConverter.ToInt64(elf, sections + BitConverter.ToInt32(elf, section + 0x28) * size + 0x18);
            int need = (int)BitConverter.ToInt64(elf, section + 0x18);
            for (int next = -1; next != 0; need += next)           // Elf64_Verneed: version, cnt, file, aux, next
            {
                next = BitConverter.ToInt32(elf, need + 12);
                int aux = need + BitConverter.ToInt32(elf, need + 8);
                for (int nextAux = -1; nextAux != 0; aux += nextAux) // Elf64_Vernaux: hash, flags, other, name, next
                {
                    nextAux = BitConverter.ToInt32(elf, aux + 12);
                    if (NameAt(elf, names + BitConverter.ToInt32(elf, aux + 8)) == version) return aux + 4;
                }
            }
        }
        return -1;
    }

    static string NameAt(byte[] elf, int start) => Encoding.ASCII.GetString(elf, start, Array.IndexOf(elf, (byte)0, start) - start);
}
