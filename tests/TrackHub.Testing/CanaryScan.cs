using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Confluent.Kafka;

namespace TrackHub.Testing;

/// <summary>A place where a value lies that should not lie there. It never holds the value.</summary>
/// <param name="Canary">Name of the value.</param>
/// <param name="Form">How it lies there: clear, utf-16, url, hex, base64, sha256, sha256-hex or sha256-base64.</param>
/// <param name="Place">File, or <c>topic/partition/offset</c> and what of the record, or what a caller named.</param>
/// <param name="Offset">First occurrence, in bytes from the start of the place.</param>
public sealed record CanaryFinding(string Canary, string Form, string Place, long Offset)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Canary} ({Form}) in {Place} at {Offset}";
}

/// <summary>
/// Looks for secret and personal values where a run left bytes: in clear (any case), percent-encoded, UTF-16, hex, base64 (any alignment, both
/// alphabets) and as unsalted SHA-256 (raw, hex, base64). Add all values first; then thread-safe.
/// </summary>
/// <remarks>
/// Compressed bytes hide what they hold, so topics are read through a consumer besides the broker's files. Each form of each value is told once per place.
/// </remarks>
public sealed class CanaryScan
{
    // A shorter value, or a shorter piece of base64, would be found where it was never written.
    private const int ShortestPattern = 8;
    private const int ChunkBytes = 1 << 20;
    private static readonly TimeSpan KafkaLimit = TimeSpan.FromSeconds(20);

    private readonly List<(string Canary, string Form, string Bytes)> _patterns = [];
    private SearchValues<string>? _search;

    /// <summary>Names of all values.</summary>
    public IEnumerable<string> Names => _patterns.Select(static pattern => pattern.Canary).Distinct(StringComparer.Ordinal);

    /// <summary>Adds a value and further spellings of it that must not be found either, such as the normalised one.</summary>
    /// <exception cref="ArgumentException">A spelling is shorter than 8 bytes.</exception>
    public CanaryScan Add(string name, params ReadOnlySpan<string> spellings)
    {
        foreach (var spelling in spellings)
        {
            foreach (var (form, bytes) in Forms(spelling))
            {
                var text = Encoding.Latin1.GetString(bytes);
                if (!_patterns.Exists(known => known.Canary == name && known.Bytes == text)) _patterns.Add((name, form, text));
            }
        }

        _search = null;
        return this;
    }

    /// <summary>Adds a phone number as people, gateways and Meta write it: E.164, digits with and without country and area, with separators.</summary>
    /// <param name="name">Name.</param>
    /// <param name="country">Country code, digits: 55.</param>
    /// <param name="area">Area code, digits: 11.</param>
    /// <param name="subscriber">Eight or nine digits.</param>
    public CanaryScan AddPhone(string name, string country, string area, string subscriber) => Add(
        name, subscriber, $"{subscriber[..^4]}-{subscriber[^4..]}", area + subscriber, $"0{area}{subscriber}", $"({area}) {subscriber[..^4]}-{subscriber[^4..]}",
        country + area + subscriber, $"+{country}{area}{subscriber}", $"+{country} {area} {subscriber[..^4]}-{subscriber[^4..]}");

    /// <summary>Looks into bytes.</summary>
    /// <param name="place">What to call them.</param>
    /// <param name="bytes">The bytes.</param>
    public IReadOnlyList<CanaryFinding> Bytes(string place, ReadOnlySpan<byte> bytes)
    {
        var findings = new Dictionary<(string, string), CanaryFinding>();
        Search(place, Encoding.Latin1.GetString(bytes), 0, findings);
        return [.. findings.Values];
    }

    /// <summary>Looks into text: an address, a command line, an answer.</summary>
    public IReadOnlyList<CanaryFinding> Text(string place, string text) => Bytes(place, Encoding.UTF8.GetBytes(text));

    /// <summary>Looks into every file below a folder, also while it is written.</summary>
    /// <param name="folder">The folder: a machine's data, say.</param>
    /// <param name="except">Files and folders that hold a value by right, relative to the folder: <c>master.key</c>, <c>simulator</c>.</param>
    /// <exception cref="UnauthorizedAccessException">A file cannot be read: then nothing is known about it.</exception>
    public IReadOnlyList<CanaryFinding> Folder(string folder, params ReadOnlySpan<string> except)
    {
        var (findings, kept) = (new List<CanaryFinding>(), except.ToArray());
        foreach (var file in Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }))
        {
            var name = Path.GetRelativePath(folder, file);
            if (!Array.Exists(kept, path => name == path || name.StartsWith(path + "/", StringComparison.Ordinal))) findings.AddRange(OfFile(file, name));
        }

        return findings;
    }

    /// <summary>Reads every topic of a cluster from its start to its present end and looks into keys, headers and values, decompressed.</summary>
    /// <exception cref="KafkaException">The broker does not answer.</exception>
    public Task<IReadOnlyList<CanaryFinding>> TopicsAsync(string bootstrapServers) => Task.Run(() => Topics(bootstrapServers));

    /// <summary>Looks into the command lines of all processes that name a text, such as a machine's data folder.</summary>
    public IReadOnlyList<CanaryFinding> CommandLines(string naming)
    {
        var findings = new List<CanaryFinding>();
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(static path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out _)))
        {
            try
            {
                var line = File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' ');
                if (line.Contains(naming, StringComparison.Ordinal)) findings.AddRange(Text($"command line of {Path.GetFileName(process)}", line));
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                // Ended meanwhile.
            }
        }

        return findings;
    }

    private static IEnumerable<(string Form, byte[] Bytes)> Forms(string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        if (bytes.Length < ShortestPattern)
            throw new ArgumentException($"A canary of {bytes.Length} bytes would be found by chance; take at least {ShortestPattern}.", nameof(value));

        var hash = SHA256.HashData(bytes);
        yield return ("clear", bytes);
        yield return ("utf-16", Encoding.Unicode.GetBytes(value));
        yield return ("url", Encoding.ASCII.GetBytes(Uri.EscapeDataString(value)));
        yield return ("hex", Encoding.ASCII.GetBytes(Convert.ToHexString(bytes)));
        yield return ("sha256", hash);
        yield return ("sha256-hex", Encoding.ASCII.GetBytes(Convert.ToHexString(hash)));
        foreach (var text in Base64(bytes)) yield return ("base64", text);
        foreach (var text in Base64(hash)) yield return ("sha256-base64", text);
    }

    /// <summary>The characters that depend on these bytes alone, wherever they begin within base64's groups of three.</summary>
    private static IEnumerable<byte[]> Base64(byte[] bytes)
    {
        for (var before = 0; before < 3; before++)
        {
            var whole = Convert.ToBase64String([.. new byte[before], .. bytes]);
            var first = (before * 8 + 5) / 6;
            var last = (before + bytes.Length) * 8 / 6;
            if (last - first < ShortestPattern) continue;

            var text = whole[first..last];
            yield return Encoding.ASCII.GetBytes(text);
            if (text.AsSpan().ContainsAny('+', '/')) yield return Encoding.ASCII.GetBytes(text.Replace('+', '-').Replace('/', '_'));
        }
    }

    private IEnumerable<CanaryFinding> OfFile(string file, string place)
    {
        var findings = new Dictionary<(string, string), CanaryFinding>();
        try
        {
            // Sockets and pipes have no length, and would not end.
            if (new FileInfo(file).Length == 0) return [];

            using var stream = Open(file);
            var overlap = _patterns.Max(static pattern => pattern.Bytes.Length) - 1;
            var buffer = new byte[ChunkBytes];
            var (kept, start) = (0, 0L);
            while (stream.ReadAtLeast(buffer.AsSpan(kept), buffer.Length - kept, throwOnEndOfStream: false) is > 0 and var read)
            {
                var filled = kept + read;
                Search(place, Encoding.Latin1.GetString(buffer, 0, filled), start, findings);
                kept = Math.Min(overlap, filled);
                Array.Copy(buffer, filled - kept, buffer, 0, kept);
                start += filled - kept;
            }
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            // Removed meanwhile, by retention or a checkpoint.
        }

        return findings.Values;
    }

    private static Stream Open(string file)
    {
        try
        {
            return new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (IOException) when (File.Exists(file))
        {
            // Locked by its writer, which is advice that the framework takes; others do not.
            var cat = Process.Start(new ProcessStartInfo("cat", [file]) { RedirectStandardOutput = true, UseShellExecute = false })!;
            return cat.StandardOutput.BaseStream;
        }
    }

    private void Search(string place, string text, long start, Dictionary<(string, string), CanaryFinding> findings)
    {
        _search ??= SearchValues.Create([.. _patterns.Select(static pattern => pattern.Bytes)], StringComparison.OrdinalIgnoreCase);
        for (var at = text.AsSpan().IndexOfAny(_search); at >= 0;)
        {
            foreach (var (canary, form, bytes) in _patterns)
            {
                if (text.AsSpan(at).StartsWith(bytes, StringComparison.OrdinalIgnoreCase))
                    findings.TryAdd((canary, form), new(canary, form, place, start + at));
            }

            var next = text.AsSpan(at + 1).IndexOfAny(_search);
            at = next < 0 ? -1 : at + 1 + next;
        }
    }

    private IReadOnlyList<CanaryFinding> Topics(string bootstrapServers)
    {
        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(new ConsumerConfig
        {
            BootstrapServers = bootstrapServers,
            GroupId = "canary-scan",   // asked for by the client; never joined
            EnableAutoCommit = false,
            EnablePartitionEof = true,
            AutoOffsetReset = AutoOffsetReset.Earliest,
        }).Build();
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        var open = admin.GetMetadata(KafkaLimit).Topics
            .SelectMany(static topic => topic.Partitions.Select(partition => new TopicPartition(topic.Topic, partition.PartitionId))).ToHashSet();
        consumer.Assign(open.Select(static partition => new TopicPartitionOffset(partition, Offset.Beginning)));

        var findings = new List<CanaryFinding>();
        while (open.Count > 0)
        {
            var result = consumer.Consume(KafkaLimit) ?? throw new KafkaException(new Error(ErrorCode.Local_TimedOut, $"{open.Count} partitions were not read to their end"));
            if (result.IsPartitionEOF)
            {
                open.Remove(result.TopicPartition);
                continue;
            }

            var place = $"{result.Topic}/{result.Partition.Value}/{result.Offset.Value}";
            findings.AddRange(Bytes(place + " key", result.Message.Key));
            findings.AddRange(Bytes(place + " value", result.Message.Value));
            foreach (var header in result.Message.Headers) findings.AddRange(Bytes($"{place} header {header.Key}", header.GetValueBytes()));
        }

        consumer.Close();
        return findings;
    }
}
