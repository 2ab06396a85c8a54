using System.Globalization;
using System.Text.Json;

namespace TrackHub.MetaSim.Arrivals;

/// <summary>One append-only file of arrived events with its index. Not thread-safe: the store's lock guards it.</summary>
internal sealed class ArrivalSegment : IDisposable
{
    private const string Prefix = "events-";
    private const string Suffix = ".jsonl";

    private readonly FileStream _file;

    private ArrivalSegment(string path, long firstSequence)
    {
        FirstSequence = firstSequence;
        // Hashes are personal data still: only the owner reads the file. FileShare.None keeps a second simulator out.
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        _file = new FileStream(path, options);
    }

    /// <summary>Sequence number of the first event; sequences rise by one.</summary>
    public long FirstSequence { get; }

    /// <summary>The events in order of arrival.</summary>
    public List<ArrivalEntry> Entries { get; } = [];

    /// <summary>Dedup keys first seen in this segment.</summary>
    public HashSet<UInt128> Keys { get; } = [];

    private long Length => Entries.Count == 0 ? 0 : Entries[^1].Offset + Entries[^1].Length;

    /// <summary>Segments of a directory, oldest first.</summary>
    public static IEnumerable<(string Path, long FirstSequence)> Find(string directory) =>
        Directory.EnumerateFiles(directory, Prefix + "*" + Suffix)
            .Select(static path => (path, sequence: ParseSequence(path)))
            .Where(static file => file.sequence > 0)
            .OrderBy(static file => file.sequence);

    /// <summary>Begins an empty segment.</summary>
    public static ArrivalSegment Create(string directory, long firstSequence) =>
        new(Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{firstSequence:D15}{Suffix}")), firstSequence);

    /// <summary>Opens a stored segment; the caller indexes what <see cref="ReadHeads"/> returns.</summary>
    public static ArrivalSegment Open(string path, long firstSequence) => new(path, firstSequence);

    /// <summary>Reads the identifying keys of every line and cuts a torn last line off.</summary>
    /// <exception cref="InvalidDataException">A line is not the simulator's.</exception>
    public IEnumerable<(long Offset, int Length, ArrivalHead Head)> ReadHeads()
    {
        var buffer = new byte[1 << 20];
        long offset = 0;
        var held = 0;
        while (true)
        {
            _file.Position = offset + held;
            var read = _file.Read(buffer, held, buffer.Length - held);
            held += read;
            var start = 0;
            int end;
            while ((end = buffer.AsSpan(start, held - start).IndexOf((byte)'\n')) >= 0)
            {
                yield return (offset + start, end + 1, ArrivalHead.Read(buffer.AsSpan(start, end)));
                start += end + 1;
            }

            buffer.AsSpan(start, held - start).CopyTo(buffer);
            offset += start;
            held -= start;
            if (read == 0)
                break;
            if (held == buffer.Length)
                Array.Resize(ref buffer, buffer.Length * 2);
        }

        _file.SetLength(offset);
    }

    /// <summary>Appends whole lines; on a failure (disk full) nothing of them stays.</summary>
    /// <returns>Offset of the first byte.</returns>
    /// <exception cref="IOException">The disk is full or gone.</exception>
    public long Append(ReadOnlySpan<byte> lines)
    {
        var offset = Length;
        try
        {
            RandomAccess.Write(_file.SafeFileHandle, lines, offset);
        }
        catch (IOException)
        {
            _file.SetLength(offset);
            throw;
        }

        return offset;
    }

    /// <summary>Reads one line, without its line feed.</summary>
    public byte[] ReadLine(in ArrivalEntry entry)
    {
        var line = new byte[entry.Length - 1];
        var read = 0;
        while (read < line.Length)
        {
            var count = RandomAccess.Read(_file.SafeFileHandle, line.AsSpan(read), entry.Offset + read);
            if (count == 0)
                throw new EndOfStreamException($"{_file.Name} ends inside an event.");
            read += count;
        }

        return line;
    }

    /// <summary>Closes and deletes the file.</summary>
    public void Delete()
    {
        _file.Dispose();
        File.Delete(_file.Name);
    }

    public void Dispose() => _file.Dispose();

    private static long ParseSequence(string path) =>
        long.TryParse(Path.GetFileName(path.AsSpan())[Prefix.Length..^Suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            ? sequence
            : 0;
}

/// <summary>An event's place in its segment and what a scan needs of it.</summary>
/// <param name="Length">Bytes, line feed included.</param>
/// <param name="Dataset">Number of the dataset in the store's list.</param>
/// <param name="IsDuplicate">True when an earlier kept event has the same dataset, name and id.</param>
internal readonly record struct ArrivalEntry(long Offset, int Length, int IdHash, int Dataset, bool IsDuplicate);

/// <summary>The three keys that identify an event.</summary>
internal readonly record struct ArrivalHead(string Dataset, string Name, string Id)
{
    /// <summary>Reads the first three members of a line.</summary>
    /// <exception cref="InvalidDataException">The line does not start with them.</exception>
    public static ArrivalHead Read(ReadOnlySpan<byte> line)
    {
        try
        {
            var json = new Utf8JsonReader(line);
            json.Read();
            var dataset = Next(ref json, "dataset"u8);
            var name = Next(ref json, "event_name"u8);
            return new ArrivalHead(dataset, name, Next(ref json, "event_id"u8));
        }
        catch (JsonException e)
        {
            throw new InvalidDataException("A stored event can't be read; move the simulator's data directory away.", e);
        }
    }

    private static string Next(ref Utf8JsonReader json, ReadOnlySpan<byte> key)
    {
        if (!json.Read() || json.TokenType is not JsonTokenType.PropertyName || !json.ValueTextEquals(key)
            || !json.Read() || json.TokenType is not JsonTokenType.String)
            throw new JsonException();
        return json.GetString()!;
    }
}
