using TrackHub.Matching.Dispatching;
using TrackHub.Platform.Tenants;

namespace TrackHub.Matching.Tests.Dispatching;

public sealed class DispatchRecordsTests
{
    [Fact]
    public void An_event_stays_in_its_lane_shard()
    {
        var pixel = new Pixel("px_0000000000000001", "brandbrand01", "123456789", new("token"), true, null, LaneShards: 4);

        var keys = Enumerable.Range(0, 200).Select(i => DispatchRecords.LaneKey(pixel, $"event-{i}")).ToList();

        keys.Distinct().Order(StringComparer.Ordinal).ShouldBe(Enumerable.Range(0, 4).Select(static s => $"brandbrand01/px_0000000000000001/{s}"));
        DispatchRecords.LaneKey(pixel, "event-7").ShouldBe(keys[7]);
    }

    [Theory]
    [InlineData("https://loja.example.com/oferta?utm_source=fb", null, "https://loja.example.com/oferta?utm_source=fb")]
    [InlineData(null, "loja.example.com/oferta", "https://loja.example.com/oferta")]
    [InlineData("javascript:alert(1)", null, null)]
    [InlineData(null, null, null)]
    public void The_page_address_is_one_that_meta_takes(string? url, string? page, string? expected) =>
        DispatchRecords.PageAddress(new()
        {
            IngestId = "019a9d3c-7b3a-7c11-9f00-0123456789ab",
            BrandId = "brandbrand01",
            EventId = "evt-0123456789abcdef",
            EventTime = default,
            ReceivedAt = default,
            Keys = new(),
            Traits = new() { Page = page },
            Url = url,
        }).ShouldBe(expected);

    [Theory]
    [InlineData("kiwify")]
    [InlineData("hotmart")]
    [InlineData("perfectpay")]
    [InlineData("eduzz")]
    [InlineData("stripe")]
    [InlineData("cakto")]
    [InlineData("ticto")]
    [InlineData("kirvano")]
    [InlineData("lastlink")]
    [InlineData("monetizze")]
    [InlineData("braip")]
    public void A_sale_without_a_page_happened_at_its_gateways_checkout(string gateway) =>
        CheckoutPages.Of(gateway).ShouldNotBeNull().ShouldStartWith("https://");

    [Theory]
    [InlineData("nobody")]
    [InlineData("generic")]
    [InlineData(null)]
    public void The_checkout_of_an_unknown_gateway_is_not_guessed(string? gateway) => CheckoutPages.Of(gateway).ShouldBeNull();
}
