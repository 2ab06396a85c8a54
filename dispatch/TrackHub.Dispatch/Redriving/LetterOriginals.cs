using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Dispatch.Redriving;

/// <summary>A dead letter with what it keeps.</summary>
/// <param name="Row">What the tables tell of it.</param>
/// <param name="Letter">Its record; null if the log no longer has it.</param>
/// <param name="Original">The bytes that died; null if they were none, are too long for a copy, or their day's key is destroyed.</param>
/// <param name="Trace">Header <c>traceparent</c> of the letter.</param>
public sealed record OpenLetter(LetterRow Row, DeadLetter? Letter, byte[]? Original, byte[]? Trace)
{
    /// <summary>The record as it lay at its source; null for a webhook, or where the original is gone.</summary>
    public StreamRecord? Source => this is { Letter: { SourceTopic: { } topic } letter, Original: { } original }
        ? new()
        {
            Coordinates = new(topic, letter.SourcePartition ?? 0, letter.SourceOffset ?? 0),
            Timestamp = letter.SourceTime ?? letter.At,
            Key = letter.SourceKey,
            Value = original,
            Headers = Headers(letter),
        }
        : null;

    private Dictionary<string, byte[]> Headers(DeadLetter letter)
    {
        var headers = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        if (letter.BrandId is { } brand) headers[RecordHeaders.BrandName] = System.Text.Encoding.UTF8.GetBytes(brand);
        if (Trace is not null) headers[RecordHeaders.TraceParentName] = Trace;
        return headers;
    }
}

/// <summary>Fetches what dead letters keep and opens it. The tenant directory must be loaded.</summary>
public sealed class LetterOriginals(RangeReader log, RecordCodec codec, Sealer sealer, TenantDirectory directory)
{
    /// <summary>Letters at a time, at most.</summary>
    public const int Chunk = 500;

    /// <summary>The letters in chunks, opened; in the end those that the log no longer has.</summary>
    /// <param name="rows">Which.</param>
    /// <param name="most">Letters in a chunk at most, 1 to <see cref="Chunk"/>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="DependencyAwayException">Log or registry do not answer.</exception>
    public async IAsyncEnumerable<IReadOnlyList<OpenLetter>> ReadAsync(IReadOnlyList<LetterRow> rows, int most, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var wanted = rows.ToDictionary(static row => (row.Partition, row.Offset));
        var ranges = rows.GroupBy(static row => row.Partition)
            .Select(static group => new LogRange(group.Key, group.Min(static row => row.Offset), group.Max(static row => row.Offset) + 1)).ToList();
        await foreach (var records in log.ReadAsync(Topics.DeadLetters.Name, ranges, most, cancellationToken))
        {
            await codec.PrepareAsync(records, cancellationToken);
            var opened = new List<OpenLetter>();
            foreach (var record in records)
            {
                if (wanted.Remove((record.Coordinates.Partition, record.Coordinates.Offset), out var row))
                    opened.Add(Open(row, record));
            }

            if (opened.Count > 0) yield return opened;
        }

        foreach (var gone in wanted.Values.Chunk(most)) yield return [.. gone.Select(static row => new OpenLetter(row, null, null, null))];
    }

    private OpenLetter Open(LetterRow row, StreamRecord record)
    {
        if (!codec.TryDecode<DeadLetter>(record, out var letter, out _)) return new(row, null, null, null);

        var tenant = letter.BrandId is { } brand ? directory.Current.Brand(brand)?.TenantId : null;
        return new(row, letter, OriginalOf(letter, tenant ?? Sealer.SystemTenant), record.Headers.GetValueOrDefault(RecordHeaders.TraceParentName));
    }

    private byte[]? OriginalOf(DeadLetter letter, string tenant)
    {
        if (letter.Original is not { } box) return null;
        try
        {
            return sealer.Open(tenant, SealPurpose.DeadLetter, box);
        }
        catch (Exception shredded) when (shredded is KeyGoneException or CryptographicException)
        {
            return null;   // its day's secret is destroyed, or its brand with its tenant's keys
        }
    }
}
