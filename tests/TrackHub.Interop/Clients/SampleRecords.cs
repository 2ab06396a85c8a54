using System.Text;

namespace TrackHub.Interop.Clients;

/// <summary>Records that have what a record may have: null and empty keys and values, bytes of all kinds, headers of all kinds, old times.</summary>
internal static class SampleRecords
{
    /// <summary>Partitions they go to.</summary>
    public const int Partitions = 2;

    private const long FirstTime = 1_700_000_000_000;
    private const int Plain = 30;

    /// <summary>As many of them as a client can write: what it lacks is left out.</summary>
    public static IReadOnlyList<ClientRecord> For(ClientFacts facts)
    {
        var strange = Strange().Where(record => CanWrite(facts, record));
        var plain = Enumerable.Range(0, Plain).Select(static i => Record(1, $"key-{i % 7}", new string('v', i * 11), []));
        return [.. strange.Concat(plain)
            .GroupBy(static record => record.Partition)
            .SelectMany(static partition => partition.Select(static (record, i) => record with { Offset = i, Time = TimeOf(i) }))];
    }

    /// <summary>A record with these.</summary>
    public static ClientRecord Record(int partition, string? key, string? value, IReadOnlyList<ClientHeader> headers, long time = 0) =>
        new(partition, 0, Bytes(key), Bytes(value), headers, time);

    // Times are the producer's: they may go back.
    private static long TimeOf(int i) => FirstTime + (i * 1000) - (i % 3 * 1500);

    private static IEnumerable<ClientRecord> Strange()
    {
        var random = new Random(4);
        var noise = new byte[20_000];
        random.NextBytes(noise);
        var everyByte = Enumerable.Range(0, 256).Select(static i => (byte)i).ToArray();

        yield return Record(0, "key", "value", []);
        yield return Record(0, null, "no key", []);
        yield return Record(0, "tombstone", null, []);
        yield return Record(0, null, null, []);
        yield return Record(0, "", "empty key", []);
        yield return Record(0, "empty value", "", []);
        yield return Record(0, "schlüssel-κλειδί", "wert-τιμή-値", []);
        yield return new(0, 0, everyByte, everyByte, [], 0);
        yield return new(0, 0, Bytes("noise"), noise, [], 0);
        yield return Record(0, "large", string.Concat(Enumerable.Range(0, 20_000).Select(static i => $"{i};")), []);
        yield return Record(0, "headers", "some", [ClientHeader.Of("source", "test"), ClientHeader.Of("empty", ""), ClientHeader.Of("größe", "ü")]);
        yield return Record(0, "headers", "a name twice", [ClientHeader.Of("n", "1"), ClientHeader.Of("n", "2"), ClientHeader.Of("m", "3")]);
        yield return Record(0, "headers", "null", [ClientHeader.Of("null", null), ClientHeader.Of("one", "1")]);
        yield return Record(0, "headers", "in turn", [ClientHeader.Of("a", "1"), ClientHeader.Of("b", "2"), ClientHeader.Of("a", "3")]);
        yield return Record(0, "headers of a tombstone", null, [ClientHeader.Of("why", "gone")]);
    }

    private static bool CanWrite(ClientFacts facts, ClientRecord record) =>
        !(facts.Lacks(Missing.EmptyRecords) && record is { Key: null, Value: null })
        && !(facts.Lacks(Missing.NullHeaders) && record.Headers.Any(static header => header.Value is null))
        && !(facts.Lacks(Missing.HeaderOrder) && !record.Headers.SequenceEqual(Grouped(record.Headers)));

    /// <summary>Headers as a client keeps them for which they are values by name.</summary>
    public static IReadOnlyList<ClientHeader> Grouped(IReadOnlyList<ClientHeader> headers) =>
        [.. headers.GroupBy(static header => header.Name).SelectMany(static name => name)];

    private static byte[]? Bytes(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);
}
