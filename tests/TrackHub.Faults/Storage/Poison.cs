using Confluent.Kafka;
using TrackHub.Platform.Books;
using TrackHub.Schemas;

namespace TrackHub.Faults.Storage;

/// <summary>A sound record, to be spoilt.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Value">Its value.</param>
internal sealed record SoundRecord(string Key, byte[] Value);

/// <summary>A record that no reader can use.</summary>
/// <param name="Topic">Where it goes.</param>
/// <param name="Partition">Which partition.</param>
/// <param name="Reason">What its dead letter must say.</param>
/// <param name="Message">The record.</param>
internal sealed record Poison(TopicDefinition Topic, int Partition, string Reason, Message<byte[], byte[]?> Message)
{
    private const int LongBytes = 1_000_000;

    // Of the delay topics those that are due within a short test.
    private static readonly TimeSpan ShortDelay = TimeSpan.FromSeconds(5);

    /// <summary>Topics that somebody reads.</summary>
    /// <param name="full">Those too whose records are due after minutes.</param>
    public static IReadOnlyList<TopicDefinition> TopicsRead(bool full) =>
        [.. Journey.Kept.Append(Topics.Conversions).Append(Topics.DeadLetters).Append(Topics.Quarantine).Append(Topics.AdSpend).Where(topic => full || topic.Delay is null || topic.Delay <= ShortDelay)];

    /// <summary>Poison for a topic, some in each partition and of every kind.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="sound">A sound record of its type.</param>
    /// <param name="foreignSchema">Id of a schema the registry has and no reader of ours can read.</param>
    /// <param name="otherBrand">A brand that <paramref name="sound"/> is not of.</param>
    /// <param name="full">Every kind in every partition, but one long record.</param>
    /// <param name="random">Bytes.</param>
    public static IEnumerable<Poison> For(TopicDefinition topic, SoundRecord sound, int foreignSchema, string otherBrand, bool full, Random random)
    {
        var kinds = Kinds(topic, sound, foreignSchema, otherBrand, random);
        var taken = full
            ? from partition in Enumerable.Range(0, topic.Partitions) from kind in Enumerable.Range(0, kinds.Count) where kind > 0 || partition == 0 select (partition, kind)
            : Enumerable.Range(0, topic.Partitions).Select(partition => (partition, kind: partition % kinds.Count));
        return taken.Select(place => new Poison(topic, place.partition, kinds[place.kind].Reason, kinds[place.kind].Make()));
    }

    private static List<(string Reason, Func<Message<byte[], byte[]?>> Make)> Kinds(
        TopicDefinition topic, SoundRecord sound, int foreignSchema, string otherBrand, Random random)
    {
        List<(string, Func<Message<byte[], byte[]?>>)> kinds =
        [
            ("not_wire_format", () => Of(sound.Key, Bytes(LongBytes, first: 1))),
            ("not_wire_format", () => Of(sound.Key, Bytes(random.Next(1, 300), first: 1))),
            ("malformed", () => Of(sound.Key, sound.Value[..^random.Next(1, sound.Value.Length / 2)])),
            ("schema_unresolvable", () => Of(sound.Key, [.. Header(foreignSchema), .. Bytes(20, first: 2)])),
            ("schema_unknown", () => Of(sound.Key, [.. Header(int.MaxValue), .. Bytes(20, first: 2)])),
            ("null_value", () => Of(sound.Key, null)),
        ];
        if (topic != Topics.DeadLetters)
            kinds.Add(("brand_mismatch", () => Of(otherBrand + "/" + sound.Key.Split('/', 2)[^1], sound.Value, otherBrand)));
        return kinds;

        byte[] Bytes(int count, byte first)
        {
            var bytes = new byte[count];
            random.NextBytes(bytes);
            bytes[0] = first;
            return bytes;
        }
    }

    private static byte[] Header(int schema)
    {
        var header = new byte[WireFormat.HeaderBytes];
        WireFormat.WriteHeader(header, schema);
        return header;
    }

    private static Message<byte[], byte[]?> Of(string key, byte[]? value, string? brand = null) => new()
    {
        Key = System.Text.Encoding.UTF8.GetBytes(key),
        Value = value,
        Headers = brand is null ? [] : new Headers { { "brand", System.Text.Encoding.UTF8.GetBytes(brand) } },
    };
}
