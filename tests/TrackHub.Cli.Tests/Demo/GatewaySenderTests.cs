using System.Text.Json;
using System.Text.Json.Nodes;
using TrackHub.Cli.Demo.Plan;
using TrackHub.Cli.Demo.Plan.Gateways;
using TrackHub.Schemas;

namespace TrackHub.Cli.Tests.Demo;

public sealed class GatewaySenderTests
{
    private static readonly IReadOnlyList<JsonElement> Vectors =
        [.. JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "samples", "signature-vectors.json"))).RootElement.GetProperty("vectors").EnumerateArray()];

    public static TheoryData<string, SaleKind> Told()
    {
        var told = new TheoryData<string, SaleKind>();
        foreach (var gateway in GatewaySenders.All)
        {
            foreach (var kind in Enum.GetValues<SaleKind>().Where(gateway.Tells))
                told.Add(gateway.Name, kind);
        }

        return told;
    }

    [Fact]
    public void Kiwify_signs_as_the_vectors_do()
    {
        var vector = Vectors.Single(static v => v.GetProperty("name").GetString() == "flat body, query signature");

        KiwifySender.Signature(vector.GetProperty("key").GetString()!, vector.GetProperty("body").GetString()!)
            .ShouldBe(vector.GetProperty("query").GetString()!["signature=".Length..]);
    }

    [Fact]
    public void A_wrapped_order_is_signed_alone_and_stands_in_the_body_as_signed()
    {
        var order = Samples.Tree("kiwify/wrapped_order_approved.json").Child("order");

        var request = KiwifySender.SignWrapped("/webhooks/kiwify/c", "exampletoken0001", order);

        using var body = JsonDocument.Parse(request.Body);
        var raw = body.RootElement.GetProperty("order").GetRawText();
        body.RootElement.GetProperty("signature").GetString().ShouldBe(KiwifySender.Signature("exampletoken0001", raw));
        body.RootElement.GetProperty("signature").GetString().ShouldBe("520f26db9fda610ee565a2778235e34542ed32d6");
    }

    [Fact]
    public void Hotmart_and_perfect_pay_carry_their_token()
    {
        var hotmart = GatewaySenders.Of("hotmart").Sign("/p", "hottok-0123456789", "{}");
        var perfectpay = GatewaySenders.Of("perfectpay").Sign("/p", "token-0123456789", """{"token":"","code":"x"}""");

        hotmart.Headers["X-HOTMART-HOTTOK"].ShouldBe("hottok-0123456789");
        JsonNode.Parse(perfectpay.Body)!["token"]!.GetValue<string>().ShouldBe("token-0123456789");
    }

    [Theory]
    [MemberData(nameof(Told))]
    public void Every_state_names_its_sale_buyer_and_click(string gateway, SaleKind kind)
    {
        var ids = new RunIds("run00001");
        var buyer = Visitor.New(ids, new(1), DemoWorld.At);
        var sender = GatewaySenders.Of(gateway);

        var body = sender.Body(new()
        {
            SaleId = sender.NewSaleId(ids),
            Kind = kind,
            Buyer = buyer,
            AmountMinor = 19_790,
            At = DemoWorld.At,
            DeliveryId = ids.Uuid(),
            ClickId = buyer.ClickId,
        });

        body.ShouldContain(buyer.Email);
        body.ShouldContain(buyer.ClickId);
        body.ShouldNotContain(buyer.Phone[1..]);
        body.ShouldNotContain(buyer.Ip);
        body.ShouldContain(gateway is "kiwify" ? "19790" : "197.9");
    }
}
