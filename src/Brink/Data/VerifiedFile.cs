namespace Brink.Data;

/// <summary>Writes verified bytes so that the final name only ever stands for a whole file.</summary>
internal static class VerifiedFile
{
    /// <summary>Writes to <c>NAME.part</c>, syncs, renames.</summary>
    /// <param name="path">The final path; its folder exists.</param>
    /// <param name="content">The bytes.</param>
    /// <exception cref="BrinkException">It cannot be written (a full disk, no permission).</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        try
        {
            using (FileStream part = File.Create(path + ".part"))
            {
                part.Write(content);
                part.Flush(flushToDisk: true);
            }

            File.Move(path + ".part", path, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BrinkException($"{path}: cannot be written: {failure.Message}", failure);
        }
    }
}
