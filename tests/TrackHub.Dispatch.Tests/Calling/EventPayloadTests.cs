using System.Text;
using System.Text.Json;
using TrackHub.Dispatch.Calling;
using TrackHub.Schemas;
using static TrackHub.Dispatch.Tests.SampleEvents;

namespace TrackHub.Dispatch.Tests.Calling;

public sealed class EventPayloadTests
{
    private static readonly UserData Everything = new()
    {
        Em = [Hash('a')],
        Ph = [Hash('b'), Hash('c')],
        Fn = [Hash('d')],
        Ln = [Hash('e')],
        Ct = [Hash('0'), Hash('1')],
        St = [Hash('2')],
        Zp = [Hash('3')],
        Country = [Hash('4')],
        Db = [Hash('5')],
        Ge = [Hash('6')],
        ExternalId = [Hash('7')],
        ClientIpAddress = "203.0.113.9",
        ClientUserAgent = "Mozilla/5.0 (Linux; Android 14)",
        Fbc = "fb.1.1768478400123.AbC-dE_f",
        Fbp = "fb.1.1768478400000.1116446470",
    };

    private static readonly UserData Little = new() { Em = [Hash('a')] };

    [Fact]
    public void A_purchase_with_everything() => ShouldEqualGolden("purchase.json", EventPayload.Write([(Purchase(), Everything)], "TEST123", Now));

    [Fact]
    public void A_checkout_with_little() => ShouldEqualGolden("checkout.json", EventPayload.Write([(Checkout(), Little)], null, Now));

    [Fact]
    public void A_batch_keeps_its_order() =>
        ShouldEqualGolden("batch.json", EventPayload.Write([(Checkout("c1"), Little), (Purchase("e1"), Little), (Checkout("c2"), Little)], null, Now));

    [Theory]
    [InlineData(19700, "BRL", "197.00")]
    [InlineData(1, "usd", "0.01")]
    [InlineData(500, "JPY", "500")]
    [InlineData(1234, "kwd", "1.234")]
    [InlineData(99999999999, "BRL", "999999999.99")]
    public void Value_is_a_number_with_the_currency_s_decimals(long minor, string currency, string value)
    {
        var customData = Event(Purchase() with { ValueMinor = minor, Currency = currency }).GetProperty("custom_data");

        customData.GetProperty("value").GetRawText().ShouldBe(value);
        customData.GetProperty("currency").GetString().ShouldBe(currency.ToUpperInvariant());
    }

    [Fact]
    public void An_event_of_the_future_is_sent_as_of_now() =>
        Event(Purchase() with { EventTime = Now.AddSeconds(30) }).GetProperty("event_time").GetInt64().ShouldBe(Now.ToUnixTimeSeconds());

    [Fact]
    public void Empty_values_are_left_out()
    {
        var e = Event(Checkout() with { EventSourceUrl = "", ProductId = "", Currency = "" });

        e.TryGetProperty("event_source_url", out _).ShouldBeFalse();
        e.TryGetProperty("custom_data", out _).ShouldBeFalse();
        e.GetProperty("user_data").EnumerateObject().Select(static p => p.Name).ShouldBe(["em"]);
    }

    [Fact]
    public void Partner_agent_is_within_Meta_s_limit() => EventPayload.PartnerAgent.Length.ShouldBeLessThan(23);

    private static JsonElement Event(DispatchReady ready) =>
        JsonDocument.Parse(EventPayload.Write([(ready, Little)], null, Now)).RootElement.GetProperty("data")[0];

    private static void ShouldEqualGolden(string name, ReadOnlyMemory<byte> body)
    {
        var golden = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Calling", "Golden", name));
        var compact = JsonSerializer.Serialize(JsonDocument.Parse(golden), Compact);

        Encoding.UTF8.GetString(body.Span).ShouldBe(compact);
    }

    private static readonly JsonSerializerOptions Compact = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
