using FsCheck;
using FsCheck.Fluent;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Tests.Wire;

/// <summary>Every message in every version that is served: what is written is read, and nothing less than all of it is.</summary>
public sealed class MessageRoundTripTests
{
    private static readonly Config Tries = Config.QuickThrowOnFailure.WithMaxTest(10);

    public static TheoryData<string> Kinds => new(MessageTable.All.Select(static table => table.ToString()));

    [Fact]
    public void Every_table_is_found() => MessageTable.All.Count.ShouldBeGreaterThan(20);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_written_is_read_in_every_version(string kind) => ForAll(kind, static (table, message, blank, version) =>
    {
        var body = table.Write(message, version);

        table.Read(blank, version, body).ShouldBe(0, "bytes left");
        table.Describe(blank, version).ShouldBe(table.Describe(message, version));
        table.Write(blank, version).ShouldBe(body);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_body_cut_short_anywhere_is_refused(string kind) => ForAll(kind, static (table, message, blank, version) =>
    {
        var body = table.Write(message, version);

        var step = (body.Length / 16) + 1;
        foreach (var length in Enumerable.Range(0, body.Length).Where(length => length % step == 0 || length == body.Length - 1))
            Should.Throw<MalformedRequestException>(() => table.Read(blank, version, body[..length]), $"{length} of {body.Length} bytes");
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Tagged_fields_nobody_knows_are_skipped(string kind) => ForAll(kind, static (table, message, blank, version) =>
    {
        if (!table.Range.IsFlexible(version))
            return;

        // A body ends with the count of its own tagged fields, none: here are two, of tags 0 and 300.
        byte[] body = [.. table.Write(message, version)[..^1], 2, 0, 1, 0xff, 0xac, 0x02, 0];

        table.Read(blank, version, body).ShouldBe(0);
        table.Describe(blank, version).ShouldBe(table.Describe(message, version));
    });

    private static void ForAll(string kind, Action<MessageTable, IWireMessage, IWireMessage, short> holds) =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            foreach (var (table, version) in MessageTable.Versions.Where(pair => pair.Table.ToString() == kind))
            {
                holds(table, table.Fill(table.NewRequest(), version, seed), table.NewRequest(), version);
                holds(table, table.Fill(table.NewResponse(), version, seed), table.NewResponse(), version);
            }
        }).Check(Tries);
}
