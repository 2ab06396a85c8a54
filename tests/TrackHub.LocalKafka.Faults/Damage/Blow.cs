namespace TrackHub.LocalKafka.Faults.Damage;

/// <summary>Damage to one file: a run of bytes is other than it was, or the file ends early.</summary>
/// <param name="Start">First byte of it.</param>
/// <param name="End">Byte after the last; of a file that ends early its former end.</param>
internal sealed record Blow(string Path, string Kind, long Start, long End)
{
    /// <summary>Does one somewhere in a file.</summary>
    public static Blow Strike(string path, Random random)
    {
        var bytes = File.ReadAllBytes(path);
        var start = random.Next(bytes.Length);
        switch (random.Next(4))
        {
            case 0:
                File.WriteAllBytes(path, bytes[..start]);
                return new(path, "ends early", start, bytes.Length);
            case 1:
                // A sector that was never written, or written elsewhere.
                var run = bytes.AsSpan(start, Math.Min(random.Next(16, 512), bytes.Length - start));
                random.NextBytes(run);
                if (random.Next(2) == 0)
                    run.Clear();
                File.WriteAllBytes(path, bytes);
                return new(path, "overwritten", start, start + run.Length);
            default:
                bytes[start] ^= (byte)(1 << random.Next(8));
                File.WriteAllBytes(path, bytes);
                return new(path, "bit flipped", start, start + 1);
        }
    }

    /// <summary>Whether it touched these bytes.</summary>
    public bool Hit(BatchPlace batch) => batch.Start < End && batch.End > Start;

    public override string ToString() => $"{Path}: {Kind} from {Start} to {End}";
}
