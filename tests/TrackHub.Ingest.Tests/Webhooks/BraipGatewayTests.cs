using TrackHub.Ingest.Webhooks;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Tests.Webhooks;

public sealed class BraipGatewayTests
{
    private const string Approved = "braip/pagamento_aprovado.json";

    [Theory]
    [InlineData("Aguardando Pagamento", SaleKind.Pending)]
    [InlineData("Pagamento Aprovado", SaleKind.Approved)]
    [InlineData("PAGAMENTO APROVADO", SaleKind.Approved)]
    [InlineData("Cancelada", SaleKind.Canceled)]
    [InlineData("Chargeback", SaleKind.Chargeback)]
    [InlineData("Devolvida", SaleKind.Refunded)]
    [InlineData("Em Análise", SaleKind.Pending)]
    [InlineData("em analise", SaleKind.Pending)]
    [InlineData("Estorno Pendente", SaleKind.RefundRequested)]
    [InlineData("Em Processamento", SaleKind.Pending)]
    [InlineData("Parcialmente Pago", SaleKind.Pending)]
    [InlineData("Pagamento Atrasado", SaleKind.SubscriptionLate)]
    [InlineData("Algo novo", SaleKind.Unmapped)]
    public void A_state_has_its_kind(string status, SaleKind kind) => Mapped.Changed(Approved, root => root["trans_status"] = status).Kind.ShouldBe(kind);

    [Fact]
    public void A_sale_gives_everything_it_knows()
    {
        var sale = Mapped.Single("braip", Samples.Bytes(Approved));

        sale.Money.ShouldBe(new SaleMoney(19700, null, "BRL"));
        sale.Buyer.Phones.ShouldBe(["+55 11 90000-0001"]);
        sale.Buyer.City.ShouldBe("São Paulo");
        sale.Time.Time.ShouldBe(new(2026, 9, 10, 17, 4, 2, TimeSpan.Zero));
    }

    [Fact]
    public void An_abandoned_cart_is_known_by_its_own_key()
    {
        var sale = Mapped.Single("braip", """
            {"basic_authentication":"0123456789abcdef0123456789abcdef01234567","type":"ABANDONO","abandonment_key":"abaexmp1","product_key":"proexmp01",
             "client_email":"comprador@example.com","checkout_url":"https://ev.example.com/c?utm_content=th_0000000000000000000000000001","trans_createdate":"2026-09-10 14:03:10"}
            """u8.ToArray());

        (sale.Kind, sale.SaleId, sale.Money.AmountMinor, sale.Tracking.ClickId)
            .ShouldBe((SaleKind.CartAbandoned, "abaexmp1", null, "th_0000000000000000000000000001"));
    }

    [Fact]
    public void Whoever_connects_it_is_told_that_it_is_provisional()
    {
        Gateways.Caution("braip").ShouldNotBeNull();
        Gateways.Names.Where(static name => Gateways.Caution(name) is not null).ShouldBe(["braip"]);
    }
}
