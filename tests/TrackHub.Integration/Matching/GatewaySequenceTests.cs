using FsCheck;
using FsCheck.Fluent;
using TrackHub.Ingest.Webhooks;
using TrackHub.Schemas;

namespace TrackHub.Integration.Matching;

/// <summary>Each gateway's own deliveries, mapped by the ingress, through the life of their orders: in any order, each any number of times.</summary>
public sealed class GatewaySequenceTests
{
    public static TheoryData<string> Gateways => [.. GatewayTable.All.Select(static gateway => gateway.Name)];

    [Theory]
    [MemberData(nameof(Gateways))]
    public void Deliveries_in_any_order_and_repeated_end_where_they_must_with_their_purchases(string gateway)
    {
        var sequences = GatewaySequences.All.Where(s => s.Gateway == gateway).Select(static s => (Sequence: s, Events: s.Events())).ToArray();
        var scenario =
            from s in Gen.Elements(sequences)
            from repeats in Gen.ListOf(Gen.Elements(s.Events.ToArray()))
            from arrived in Gen.Shuffle(s.Events.Concat(repeats.Take(12)).ToArray())
            select (s.Sequence, Arrived: arrived);

        Prop.ForAll(scenario.ToArbitrary(), static s => Play(s.Arrived).SequenceEqual(s.Sequence.Ends.OrderBy(static end => end.SaleId, StringComparer.Ordinal)))
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Every_sequence_ends_where_it_must_on_a_good_day()
    {
        foreach (var sequence in GatewaySequences.All)
            Play(sequence.Events()).ShouldBe(sequence.Ends.OrderBy(static end => end.SaleId, StringComparer.Ordinal), sequence.ToString());
    }

    /// <summary>State and Purchases of each sale. Every delivery is an event of its own; contract-level ones without a sale leave none.</summary>
    private static IEnumerable<(string SaleId, SaleKind State, int Purchases)> Play(IEnumerable<SaleEvent> arrived)
    {
        var orders = new OrderBook();
        foreach (var e in arrived.Where(static e => e.SaleId is not null))
            orders.Take(e);
        return orders.End();
    }
}
