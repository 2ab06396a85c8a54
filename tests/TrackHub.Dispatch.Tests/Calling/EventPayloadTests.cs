using System.Text;
using System.Text.Json;
using TrackHub.Dispatch.Calling;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;
using static TrackHub.Dispatch.Tests.SampleEvents;

namespace TrackHub.Dispatch.Tests.Calling;

/// <summary>What goes over the wire, byte for byte: the files in Golden were written by hand from Meta's documents.</summary>
public sealed class EventPayloadTests
{
    private const string UserAgent = "Mozilla/5.0 (Linux; Android 14)";

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
        ClientUserAgent = UserAgent,
        Fbc = "fb.1.1768478400123.AbC-dE_f",
        Fbp = "fb.1.1768478400000.1116446470",
    };

    private static readonly UserData Little = new() { Em = [Hash('a')] };

    [Fact]
    public void A_purchase_with_everything_in_a_test() => ShouldEqualGolden("purchase.json", Purchase(), Everything, testEventCode: "TEST123");

    [Fact]
    public void A_purchase_with_the_least_that_Meta_takes() => ShouldEqualGolden(
        "purchase-minimal.json", Purchase() with { ActionSource = "other", EventSourceUrl = null, SaleId = null, ProductId = null, ProductName = null }, Little);

    [Fact]
    public void A_purchase_of_a_visitor_who_came_with_an_fbclid_and_no_cookie() =>
        ShouldEqualGolden("purchase-fbclid.json", Purchase(), SealedAndOpened(new()
        {
            Emails = { " Ana@Example.com" },
            Phones = { "(11) 98765-4321" },
            Ip = "203.0.113.9",
            UserAgent = UserAgent,
            Fbp = "fb.1.1768391700000.1116446470",
            Fbclid = "IwAR2_AbC-dEf",
            FbclidSeenAt = DateTimeOffset.FromUnixTimeMilliseconds(1768391700123),
        }));

    [Fact]
    public void A_purchase_that_happened_elsewhere() =>
        ShouldEqualGolden("purchase-other-source.json", Purchase() with { ActionSource = "phone_call", EventSourceUrl = null }, Little);

    [Fact]
    public void A_purchase_under_limited_data_use() =>
        ShouldEqualGolden("purchase-limited-data-use.json", Purchase(), Little, LimitedDataUse.Read("CA"));

    [Fact]
    public void A_purchase_in_a_currency_without_decimals() =>
        ShouldEqualGolden("purchase-no-decimals.json", Purchase() with { ValueMinor = 500, Currency = "JPY" }, Little);

    [Fact]
    public void A_purchase_in_a_currency_with_three_decimals() =>
        ShouldEqualGolden("purchase-three-decimals.json", Purchase() with { ValueMinor = 1234, Currency = "kwd" }, Little);

    [Fact]
    public void A_checkout_with_little() => ShouldEqualGolden("checkout.json", Checkout(), Little);

    [Fact]
    public void A_checkout_of_a_product() =>
        ShouldEqualGolden("checkout-with-product.json", Checkout() with { ValueMinor = 9700, Currency = "BRL", ProductId = "prod-9" }, Little);

    [Fact]
    public void A_page_view_of_a_browser_and_nobody_known() => ShouldEqualGolden(
        "page-view.json",
        Checkout("v1") with { EventName = "PageView", EventSourceUrl = "https://loja.example.com/curso" },
        new() { ClientIpAddress = "2001:db8::9", ClientUserAgent = UserAgent, Fbp = "fb.2.1768391700000.1116446470.AQQAAQMC" });

    [Fact]
    public void A_batch_keeps_its_order() =>
        ShouldEqualGolden("batch.json", EventPayload.Write([(Checkout("c1"), Little), (Purchase("e1"), Little), (Checkout("c2"), Little)], null, null, Now));

    [Theory]
    [InlineData(19700, "BRL", "197.00")]
    [InlineData(0, "BRL", "0.00")]
    [InlineData(1, "usd", "0.01")]
    [InlineData(10, "EUR", "0.10")]
    [InlineData(500, "JPY", "500")]
    [InlineData(12990, "clp", "12990")]
    [InlineData(1234, "kwd", "1.234")]
    [InlineData(99999999999, "BRL", "999999999.99")]
    public void Value_is_a_number_with_the_currency_s_decimals(long minor, string currency, string value)
    {
        var customData = Event(Purchase() with { ValueMinor = minor, Currency = currency }).GetProperty("custom_data");

        customData.GetProperty("value").GetRawText().ShouldBe(value);
        customData.GetProperty("currency").GetString().ShouldBe(currency.ToUpperInvariant());
    }

    [Theory]
    [InlineData(-1, "BRL")]
    [InlineData(100, "R$")]
    [InlineData(100, "XXX")]
    [InlineData(100, null)]
    public void A_checkout_leaves_out_a_value_that_Meta_would_refuse(long minor, string? currency)
    {
        var customData = Event(Checkout() with { ValueMinor = minor, Currency = currency, ProductId = "prod-9" }).GetProperty("custom_data");

        customData.EnumerateObject().Select(static p => p.Name).ShouldBe(["content_ids", "content_type"]);
    }

    [Theory]
    [InlineData("geolocate", 0, 0)]
    [InlineData("CA", 1, 1000)]
    [InlineData("TX", 1, 1005)]
    [InlineData("RI", 1, 1013)]
    public void Limited_data_use_is_asked_for_by_Meta_s_numbers(string setting, int country, int state)
    {
        var e = Event(Purchase(), LimitedDataUse.Read(setting));

        e.GetProperty("data_processing_options").EnumerateArray().Select(static option => option.GetString()).ShouldBe(["LDU"]);
        (e.GetProperty("data_processing_options_country").GetInt32(), e.GetProperty("data_processing_options_state").GetInt32()).ShouldBe((country, state));
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
    public void Partner_agent_is_within_Meta_s_limits()
    {
        EventPayload.PartnerAgent.Length.ShouldBeLessThan(23);
        EventPayload.PartnerAgent.Count(char.IsAsciiLetter).ShouldBeGreaterThanOrEqualTo(2);
    }

    private static JsonElement Event(DispatchReady ready, LimitedDataUse? limited = null) =>
        JsonDocument.Parse(EventPayload.Write([(ready, Little)], null, limited, Now)).RootElement.GetProperty("data")[0];

    /// <summary>A person as the ingress makes it and the dispatcher opens it.</summary>
    private static UserData SealedAndOpened(PersonData person)
    {
        var keys = new KeyRing();
        keys.Publish([new(DateOnly.FromDateTime(Now.UtcDateTime), new byte[KeyRing.KeyBytes])], []);
        var sealer = new Sealer(keys);
        var brand = new Brand("brandone0001", "ten_one", "Loja", "America/Sao_Paulo", "BRL", ConsentBasis.Granted, new(new byte[KeyRing.KeyBytes]), BrandSettings.Default);
        return SendableUserData.Of(sealer.OpenUserData("ten_one", new PersonSealer(sealer).Seal(brand, person, Now).UserData!));
    }

    private static void ShouldEqualGolden(string name, DispatchReady ready, UserData userData, LimitedDataUse? limited = null, string? testEventCode = null) =>
        ShouldEqualGolden(name, EventPayload.Write([(ready, userData)], testEventCode, limited, Now));

    private static void ShouldEqualGolden(string name, ReadOnlyMemory<byte> body)
    {
        var golden = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Calling", "Golden", name));
        var compact = JsonSerializer.Serialize(JsonDocument.Parse(golden), Compact);

        Encoding.UTF8.GetString(body.Span).ShouldBe(compact);
    }

    private static readonly JsonSerializerOptions Compact = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
