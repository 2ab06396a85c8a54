using System.Text.Json.Nodes;

namespace TrackHub.Interop.Codec;

/// <summary>Our codec against npm avsc and python3-avro: every record type, hundreds of values of either side's making.</summary>
public sealed class CodecTests(CodecPeers peers) : IClassFixture<CodecPeers>
{
    private static readonly string[] Scripts = ["codec.js", "codec.py"];

    public static TheoryData<string, Type> Pairs { get; } = MakePairs();

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task What_we_write_is_read_and_written_alike(string peer, Type record)
    {
        var exchange = await peers.AskAsync(peer, record);

        exchange.Values.Count.ShouldBe(exchange.Ours.Count);
        for (var i = 0; i < exchange.Ours.Count; i++)
        {
            var (value, _) = RecordCase.Of(record).Read(exchange.Ours[i]);
            ShouldBeSame(exchange.Values[i], value, exchange.Ours[i]);
            exchange.Rewritten[i].ShouldBe(exchange.Ours[i]);
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task What_it_writes_we_read_and_write_alike(string peer, Type record)
    {
        var exchange = await peers.AskAsync(peer, record);

        exchange.Made.ShouldNotBeEmpty();
        for (var i = 0; i < exchange.Made.Count; i++)
        {
            var (value, rewritten) = RecordCase.Of(record).Read(exchange.Made[i]);
            ShouldBeSame(value, exchange.MadeValues[i], exchange.Made[i]);
            rewritten.ShouldBe(exchange.Made[i]);
        }
    }

    private static TheoryData<string, Type> MakePairs()
    {
        var pairs = new TheoryData<string, Type>();
        foreach (var script in Scripts)
        {
            foreach (var type in RecordCase.Types)
                pairs.Add(script, type);
        }

        return pairs;
    }

    private static void ShouldBeSame(JsonNode? actual, JsonNode? expected, byte[] avro)
    {
        if (!JsonNode.DeepEquals(actual, expected))
            (actual?.ToJsonString()).ShouldBe(expected?.ToJsonString(), Convert.ToHexStringLower(avro));
    }
}
