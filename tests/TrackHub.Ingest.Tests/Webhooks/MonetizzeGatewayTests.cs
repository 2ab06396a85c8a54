using System.Text;
using System.Text.Json.Nodes;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Tests.Webhooks;

public sealed class MonetizzeGatewayTests
{
    private const string Finished = "monetizze/finalizada.json";

    [Theory]
    [InlineData(1, SaleKind.Pending)]
    [InlineData(2, SaleKind.Approved)]
    [InlineData(3, SaleKind.Canceled)]
    [InlineData(4, SaleKind.Refunded)]
    [InlineData(5, SaleKind.Dispute)]
    [InlineData(6, SaleKind.Completed)]
    [InlineData(7, SaleKind.CartAbandoned)]
    [InlineData(9, SaleKind.Canceled)]
    [InlineData(101, SaleKind.SubscriptionChanged)]
    [InlineData(102, SaleKind.SubscriptionLate)]
    [InlineData(103, SaleKind.SubscriptionCanceled)]
    public void A_code_has_its_kind(int code, SaleKind kind)
    {
        Mapped.Changed(Finished, root => root["tipoEvento"]!["codigo"] = $"{code}").Kind.ShouldBe(kind);
        Mapped.Changed(Finished, root =>
        {
            root.AsObject().Remove("tipoEvento");
            root["tipoPostback"]!["codigo"] = code;
        }).Kind.ShouldBe(kind);
    }

    [Fact]
    public void The_sales_own_state_stands_in_for_an_event_nobody_knows()
    {
        Mapped.Changed(Finished, static root => root["tipoEvento"]!["codigo"] = "98").Kind.ShouldBe(SaleKind.Approved);
        Mapped.Changed(Finished, static root => (root["tipoEvento"]!["codigo"], root["codigo_status"]) = ("98", "99")).Kind.ShouldBe(SaleKind.Unmapped);
    }

    [Fact]
    public void A_later_instalment_of_a_subscription_is_a_renewal() =>
        Mapped.Changed(Finished, static root => root["assinatura"] = new JsonObject { ["codigo"] = "a1", ["parcela"] = "2" }).Kind.ShouldBe(SaleKind.Renewed);

    [Fact]
    public void Form_and_JSON_say_the_same()
    {
        var json = Mapped.Single("monetizze", Samples.Bytes(Finished));
        var form = Mapped.Single("monetizze", Samples.Bytes("monetizze/finalizada.form.txt"));

        (form.Kind, form.SaleId, form.Money, form.Time, form.Method, form.ProductId, form.OfferId, form.Tracking)
            .ShouldBe((json.Kind, json.SaleId, json.Money, json.Time, json.Method, json.ProductId, json.OfferId, json.Tracking));
        form.Buyer.FirstName.ShouldBe(json.Buyer.FirstName);
        form.Method.ShouldBe(PaymentMethod.Card);
    }

    [Fact]
    public void An_unset_date_is_none() =>
        Mapped.Changed(Finished, static root => root["venda"]!["dataFinalizada"] = "0000-00-00 00:00:00").Time.Time.ShouldBe(new(2026, 9, 10, 17, 3, 10, TimeSpan.Zero));

    [Fact]
    public void A_body_without_any_state_is_kept() =>
        Mapped.Body("monetizze", Encoding.UTF8.GetBytes("""{"venda":{"codigo":"1"}}""")).Fault!.Reason.ShouldBe("unmapped");
}
