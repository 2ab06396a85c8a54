using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Matching.Tests;

public sealed class EventGateTests
{
    private static readonly Brand Brand = new(
        "brandbrand01", "ten_0000000000000001", "Loja", "America/Sao_Paulo", "BRL", ConsentBasis.Granted, new(new byte[32]), BrandSettings.Default);

    private static readonly TrackedEvent Sale = new()
    {
        IngestId = "019a9d3c-7b3a-7c11-9f00-0123456789ab",
        BrandId = Brand.Id,
        Kind = EventKind.Sale,
        EventId = "evt-0123456789abcdef",
        EventTime = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero),
        ReceivedAt = new(2026, 11, 20, 12, 0, 1, TimeSpan.Zero),
        Keys = new(),
        Traits = new(),
        Sale = new() { Gateway = "kiwify", ConnectionId = "con_1", DeliveryId = "d-1", SaleId = "s-1", GatewayEvent = "order_approved" },
    };

    private static readonly StreamRecord Record = new() { Coordinates = new("ingest-events", 0, 0), Timestamp = default, Key = "brandbrand01/kiwify/s-1"u8.ToArray() };

    [Fact]
    public void A_sound_sale_passes() => FaultOf(Sale, Brand, sales: true).ShouldBeNull();

    [Fact]
    public void A_record_on_the_wrong_topic_is_named_so()
    {
        FaultOf(Sale with { Kind = EventKind.Click }, Brand, sales: true)!.Value.Reason.ShouldBe("not_a_sale");
        FaultOf(Sale with { Sale = null }, Brand, sales: true)!.Value.Reason.ShouldBe("not_a_sale");
        FaultOf(Sale, Brand, sales: false)!.Value.Reason.ShouldBe("not_a_browser_event");
        FaultOf(Sale with { Kind = EventKind.Unknown }, Brand, sales: false)!.Value.Reason.ShouldBe("not_a_browser_event");
    }

    [Fact]
    public void An_event_under_another_brand_s_key_is_nobody_s() =>
        FaultOf(Sale with { BrandId = "brandbrand02" }, Brand with { Id = "brandbrand02" }, sales: true)!.Value.Reason.ShouldBe("brand_mismatch");

    [Fact]
    public void A_brand_that_does_not_exist_is_a_fault() =>
        FaultOf(Sale, null, sales: true)!.Value.Reason.ShouldBe("unknown_brand");

    [Fact]
    public void What_no_store_could_take_is_malformed()
    {
        TrackedEvent[] poison =
        [
            Sale with { IngestId = "17" },
            Sale with { IngestId = "0d5f1d3c-7b3a-4c11-9f00-0123456789ab" },
            Sale with { Keys = new() { Email = [] } },
            Sale with { Keys = new() { Ip = new byte[15] } },
            Sale with { EventTime = DateTimeOffset.MinValue },
            Sale with { ReceivedAt = DateTimeOffset.MaxValue },
            Sale with { Sale = Sale.Sale! with { SaleId = "a\0b" } },
            Sale with { Sale = Sale.Sale! with { SaleId = new string('a', 513) } },
            Sale with { Sale = Sale.Sale! with { DeliveryId = new string('a', 513) } },
        ];

        foreach (var sale in poison)
            FaultOf(sale, Brand, sales: true)!.Value.Reason.ShouldBe("malformed");
    }

    private static (string Reason, string Detail)? FaultOf(TrackedEvent tracked, Brand? brand, bool sales) => EventGate.FaultOf(Record, tracked, brand, sales);
}
