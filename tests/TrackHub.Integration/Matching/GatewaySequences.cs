using System.Text;
using Microsoft.AspNetCore.Http;
using TrackHub.Ingest.Webhooks;
using TrackHub.Schemas;

namespace TrackHub.Integration.Matching;

/// <summary>What a gateway sends in the life of one or several sales, and where each must end.</summary>
/// <param name="Gateway">Its name in the route.</param>
/// <param name="Name">What happens.</param>
/// <param name="Bodies">One delivery each, in the order of a good day.</param>
/// <param name="Ends">State of each sale in the end, and its Purchases.</param>
internal sealed record GatewaySequence(string Gateway, string Name, IReadOnlyList<string> Bodies, params IReadOnlyList<(string SaleId, SaleKind State, int Purchases)> Ends)
{
    /// <summary>What the ingress makes of the deliveries.</summary>
    public IReadOnlyList<SaleEvent> Events() => [.. Bodies.Select(Map)];

    /// <inheritdoc/>
    public override string ToString() => $"{Gateway}: {Name}";

    private SaleEvent Map(string body)
    {
        GatewayTable.TryFind(Gateway, out var gateway).ShouldBeTrue();
        using var webhook = new Webhook(Encoding.UTF8.GetBytes(body), new HeaderDictionary(), QueryCollection.Empty, new(2026, 1, 15, 12, 0, 0, TimeSpan.Zero));
        var mapping = gateway!.Map(webhook.Root, new(webhook.ReceivedAt, "BRL"));
        mapping.Fault.ShouldBeNull($"{this}: {body}");
        return mapping.Events.ShouldHaveSingleItem();
    }
}

/// <summary>The sequences that the gateways' documents and captured deliveries show: the words are theirs, the bodies hold what decides.</summary>
internal static class GatewaySequences
{
    public static readonly IReadOnlyList<GatewaySequence> All =
    [
        new("kiwify", "PIX, paid, given back", [Kiwify("pix_created"), Kiwify("order_approved"), Kiwify("order_refunded")], ("A", SaleKind.Refunded, 1)),
        new("kiwify", "refused, another card, charged back", [Kiwify("order_rejected"), Kiwify("order_approved"), Kiwify("chargeback")], ("A", SaleKind.Chargeback, 1)),
        new("kiwify", "a cart left and bought after all", [KiwifyCart, Kiwify("billet_created"), Kiwify("order_approved")], ("cart", SaleKind.CartAbandoned, 0), ("A", SaleKind.Approved, 1)),
        new("kiwify", "approved and renewed told of one order", [Kiwify("order_approved"), Kiwify("subscription_renewed")], ("A", SaleKind.Approved, 1)),
        new("kiwify", "a subscription, renewed, late, cancelled",
            [Kiwify("order_approved"), KiwifyRenewal("order_approved"), KiwifyRenewal("subscription_renewed"), KiwifyRenewal("subscription_late"), KiwifyRenewal("subscription_canceled")],
            ("A", SaleKind.Approved, 1), ("B", SaleKind.Renewed, 0)),

        new("hotmart", "billet printed, approved, complete", [Hotmart("PURCHASE_BILLET_PRINTED"), Hotmart("PURCHASE_APPROVED"), Hotmart("PURCHASE_COMPLETE")], ("A", SaleKind.Completed, 1)),
        new("hotmart", "refused as cancelled, approved, protest, refunded",
            [Hotmart("PURCHASE_CANCELED", "\"payment\":{\"refusal_reason\":\"limit\"}"), Hotmart("PURCHASE_APPROVED"), Hotmart("PURCHASE_PROTEST"), Hotmart("PURCHASE_REFUNDED")],
            ("A", SaleKind.Refunded, 1)),
        new("hotmart", "part given back, then charged back",
            [Hotmart("PURCHASE_APPROVED"), Hotmart("PURCHASE_REFUNDED", "\"status\":\"PARTIALLY_REFUNDED\""), Hotmart("PURCHASE_CHARGEBACK")], ("A", SaleKind.Chargeback, 1)),
        new("hotmart", "waiting, expired", [Hotmart("PURCHASE_WAITING_PAYMENT"), Hotmart("PURCHASE_EXPIRED")], ("A", SaleKind.Expired, 0)),
        new("hotmart", "a renewal under its own transaction",
            [Hotmart("PURCHASE_APPROVED"), Hotmart("PURCHASE_APPROVED", "\"recurrence_number\":2", "B"), Hotmart("PURCHASE_COMPLETE", "\"recurrence_number\":2", "B")],
            ("A", SaleKind.Approved, 1), ("B", SaleKind.Completed, 0)),

        new("perfectpay", "precheckout, pending, approved, completed", [PerfectPay(12), PerfectPay(1), PerfectPay(2), PerfectPay(10)], ("A", SaleKind.Completed, 1)),
        new("perfectpay", "rejected, approved, mediation, charged back", [PerfectPay(5), PerfectPay(2), PerfectPay(4), PerfectPay(9)], ("A", SaleKind.Chargeback, 1)),
        new("perfectpay", "in process, approved, refund under way, refunded", [PerfectPay(3), PerfectPay(2), PerfectPay(18), PerfectPay(7)], ("A", SaleKind.Refunded, 1)),
        new("perfectpay", "authorised, cancelled", [PerfectPay(8), PerfectPay(6)], ("A", SaleKind.Canceled, 0)),

        new("eduzz", "opened, waiting, paid, refund asked for, refunded",
            [Eduzz("invoice_opened"), Eduzz("invoice_waiting_payment"), Eduzz("invoice_paid"), Eduzz("invoice_waiting_refund"), Eduzz("invoice_refunded")], ("A", SaleKind.Refunded, 1)),
        new("eduzz", "waiting, expired", [Eduzz("invoice_waiting_payment"), Eduzz("invoice_expired")], ("A", SaleKind.Expired, 0)),
        new("eduzz", "a renewal", [Eduzz("invoice_paid", "B", charge: 2), Eduzz("invoice_overdue", "B", charge: 2)], ("B", SaleKind.Renewed, 0)),

        new("cakto", "PIX, approved, refund", [Cakto("pix_gerado"), Cakto("purchase_approved"), Cakto("refund")], ("A", SaleKind.Refunded, 1)),
        new("cakto", "refused, approved, chargeback", [Cakto("purchase_refused"), Cakto("purchase_approved"), Cakto("chargeback")], ("A", SaleKind.Chargeback, 1)),
        new("cakto", "approved and renewed told of one charge", [Cakto("purchase_approved", period: 2), Cakto("subscription_renewed", period: 2), Cakto("subscription_canceled")], ("A", SaleKind.Renewed, 0)),

        new("ticto", "bank slip, authorised, claimed, charged back", [Ticto("bank_slip_created"), Ticto("authorized"), Ticto("claimed"), Ticto("chargeback")], ("A", SaleKind.Chargeback, 1)),
        new("ticto", "PIX runs out and is paid all the same", [Ticto("pix_created"), Ticto("pix_expired"), Ticto("authorized")], ("A", SaleKind.Approved, 1)),
        new("ticto", "cart, waiting, refused", [Ticto("abandoned_cart"), Ticto("waiting_payment"), Ticto("refused")], ("A", SaleKind.Refused, 0)),

        new("kirvano", "PIX told twice, approved, refunded",
            [Kirvano("PIX_GENERATED"), Kirvano("PIX_GENERATED"), Kirvano("SALE_APPROVED"), Kirvano("SALE_REFUNDED")], ("A", SaleKind.Refunded, 1)),
        new("kirvano", "bank slip runs out", [Kirvano("BANK_SLIP_GENERATED"), Kirvano("BANK_SLIP_EXPIRED")], ("A", SaleKind.Expired, 0)),
        new("kirvano", "refused, approved, charged back", [Kirvano("SALE_REFUSED"), Kirvano("SALE_APPROVED"), Kirvano("SALE_CHARGEBACK")], ("A", SaleKind.Chargeback, 1)),

        new("lastlink", "requested, confirmed, refunded", [Lastlink("Purchase_Request_Confirmed"), Lastlink("Purchase_Order_Confirmed"), Lastlink("Payment_Refund")], ("A", SaleKind.Refunded, 1)),
        new("lastlink", "requested, expired", [Lastlink("Purchase_Request_Confirmed"), Lastlink("Purchase_Request_Expired")], ("A", SaleKind.Expired, 0)),
        new("lastlink", "a renewal told twice over", [Lastlink("Recurrent_Payment", 2), Lastlink("Purchase_Order_Confirmed", 2), Lastlink("Payment_Chargeback", 2)], ("A", SaleKind.Chargeback, 0)),

        new("monetizze", "waiting, done, complete, given back", [Monetizze(1), Monetizze(2), Monetizze(6), Monetizze(4)], ("A", SaleKind.Refunded, 1)),
        new("monetizze", "waiting, cancelled", [Monetizze(1), Monetizze(3)], ("A", SaleKind.Canceled, 0)),
        new("monetizze", "done, blocked", [Monetizze(2), Monetizze(5)], ("A", SaleKind.Dispute, 1)),

        new("braip", "waiting, in analysis, approved, refund pending, given back",
            [Braip("Aguardando Pagamento"), Braip("Em Análise"), Braip("Pagamento Aprovado"), Braip("Estorno Pendente"), Braip("Devolvida")], ("A", SaleKind.Refunded, 1)),
        new("braip", "approved, charged back", [Braip("Pagamento Aprovado"), Braip("Chargeback")], ("A", SaleKind.Chargeback, 1)),
        new("braip", "waiting, cancelled", [Braip("Aguardando Pagamento"), Braip("Cancelada")], ("A", SaleKind.Canceled, 0)),

        new("stripe", "a slip paid later, part given back, then all",
            [StripeSession("checkout.session.completed", "unpaid"), StripeSession("checkout.session.async_payment_succeeded", "paid"), StripeRefund(5_000), StripeRefund(19_700)],
            ("A", SaleKind.Refunded, 1)),
        new("stripe", "a card, disputed", [StripeSession("checkout.session.completed", "paid"), Stripe("charge.dispute.created", "\"payment_intent\":\"A\",\"amount\":19700")], ("A", SaleKind.Chargeback, 1)),
        new("stripe", "a slip that fails", [StripeSession("checkout.session.completed", "unpaid"), StripeSession("checkout.session.async_payment_failed", "unpaid")], ("A", SaleKind.Refused, 0)),
        new("stripe", "a subscription told by session and invoice, then renewed",
            [
                Stripe("checkout.session.completed", "\"id\":\"cs\",\"subscription\":\"S\",\"payment_status\":\"paid\",\"amount_total\":19700,\"currency\":\"brl\""),
                Stripe("invoice.paid", "\"id\":\"in_1\",\"billing_reason\":\"subscription_create\",\"subscription\":\"S\",\"amount_paid\":19700,\"currency\":\"brl\""),
                Stripe("invoice.paid", "\"id\":\"in_2\",\"billing_reason\":\"subscription_cycle\",\"subscription\":\"S\",\"amount_paid\":19700,\"currency\":\"brl\",\"payment_intent\":\"B\""),
            ],
            ("S", SaleKind.Approved, 1), ("B", SaleKind.Renewed, 0)),
        new("stripe", "a subscription's first payment given back, its invoice naming the payment",
            [
                StripeSubscription(),
                Stripe("invoice.paid", "\"id\":\"in_1\",\"billing_reason\":\"subscription_create\",\"subscription\":\"S\",\"amount_paid\":19700,\"currency\":\"brl\",\"payment_intent\":\"A\""),
                StripeRefund(19_700),
            ],
            ("S", SaleKind.Refunded, 1)),
        new("stripe", "a subscription's first payment given back, its charge naming the invoice",
            [StripeSubscription(), Stripe("charge.refunded", "\"id\":\"ch\",\"payment_intent\":\"A\",\"invoice\":\"in_1\",\"amount\":19700,\"amount_refunded\":19700,\"currency\":\"brl\"")],
            ("S", SaleKind.Refunded, 1)),
        new("stripe", "two payments of a subscription, the first disputed, as API version 2025-03-31 tells them",
            [
                StripeSubscription(),
                StripeInvoice("in_1", "subscription_create"),
                StripeInvoicePayment("in_1", "A"),
                StripeInvoice("in_2", "subscription_cycle"),
                StripeInvoicePayment("in_2", "B"),
                Stripe("charge.dispute.created", "\"id\":\"du\",\"charge\":\"ch\",\"payment_intent\":\"A\",\"amount\":19700,\"currency\":\"brl\""),
            ],
            ("S", SaleKind.Chargeback, 1), ("in_2", SaleKind.Renewed, 0)),
        new("stripe", "the renewal given back, as API version 2025-03-31 tells it",
            [StripeInvoice("in_2", "subscription_cycle"), StripeInvoicePayment("in_2", "A"), StripeRefund(5_000), StripeRefund(19_700)],
            ("in_2", SaleKind.Refunded, 0)),

        new("generic", "every state a sale of one's own can have",
            [.. new[] { "cart_abandoned", "pending", "refused", "expired", "approved", "completed", "refund_requested", "dispute", "partially_refunded", "refunded" }.Select(static e => Generic(e))],
            ("A", SaleKind.Refunded, 1)),
        new("generic", "renewed", [Generic("renewed"), Generic("subscription_changed")], ("A", SaleKind.Renewed, 0)),
    ];

    private const string KiwifyCart = """{"id":"cart","status":"abandoned","name":"Ana","email":"ana@example.com"}""";

    private static string Kiwify(string name) =>
        $$"""{"order_id":"A","webhook_event_type":"{{name}}","Commissions":{"charge_amount":19700,"currency":"BRL"} }""";

    private static string KiwifyRenewal(string name) => $$"""
        {"order_id":"B","webhook_event_type":"{{name}}","Commissions":{"charge_amount":19700,"currency":"BRL"},
         "Subscription":{"charges":{"completed":[{"order_id":"A","status":"paid"},{"order_id":"B","status":"paid"}]} } }
        """;

    private static string Hotmart(string name, string? more = null, string transaction = "A") => $$"""
        {"id":"d","version":"2.0.0","event":"{{name}}","data":{"product":{"id":7},"purchase":{"transaction":"{{transaction}}","price":{"value":197.0,"currency_value":"BRL"}{{(more is null ? "" : "," + more)}} } } }
        """;

    private static string PerfectPay(int state) => $$"""{"code":"A","sale_status_enum":{{state}},"sale_amount":197.0,"currency_enum":1}""";

    private static string Eduzz(string name, string sale = "A", int charge = 1) => $$"""
        {"id":"d","event":"myeduzz.{{name}}","data":{"id":"{{sale}}","price":{"value":197.0,"currency":"BRL"},"contract":{"id":"c","recurrence":{"charges":{"current":{{charge}} } } } } }
        """;

    private static string Cakto(string name, int period = 1) => $$"""{"event":"{{name}}","data":{"id":"A","amount":197.0,"subscription_period":{{period}} } }""";

    private static string Ticto(string status) => $$"""{"version":"2.0","status":"{{status}}","order":{"hash":"A","paid_amount":19700} }""";

    private static string Kirvano(string name) => $$"""{"event":"{{name}}","sale_id":"A","total_price":"R$ 197,00"}""";

    private static string Lastlink(string name, int recurrency = 1) =>
        $$"""{"Id":"d","Event":"{{name}}","Data":{"Purchase":{"PaymentId":"A","Recurrency":{{recurrency}},"Price":{"Value":197.0} } } }""";

    private static string Monetizze(int code) => $$"""{"tipoPostback":{"codigo":{{code}} },"venda":{"codigo":"A","valor":"197.00"} }""";

    private static string Braip(string status) => $$"""{"type":"STATUS_ALTERADO","trans_key":"A","trans_status":"{{status}}","trans_value":197.0}""";

    private static string Generic(string name) => $$"""{"id":"d","event":"{{name}}","sale":{"id":"A","amount":197.0,"currency":"BRL"} }""";

    private static string StripeSession(string type, string paid) =>
        Stripe(type, $"\"id\":\"cs\",\"payment_intent\":\"A\",\"payment_status\":\"{paid}\",\"amount_total\":19700,\"currency\":\"brl\"");

    private static string StripeSubscription() =>
        Stripe("checkout.session.completed", "\"id\":\"cs\",\"subscription\":\"S\",\"invoice\":\"in_1\",\"payment_status\":\"paid\",\"amount_total\":19700,\"currency\":\"brl\"");

    private static string StripeInvoice(string id, string reason) => Stripe(
        "invoice.paid",
        $$$"""
        "id":"{{{id}}}","billing_reason":"{{{reason}}}","parent":{"subscription_details":{"subscription":"S"} },"amount_paid":19700,"currency":"brl"
        """);

    private static string StripeInvoicePayment(string invoice, string intent) => Stripe(
        "invoice_payment.paid",
        $$$"""
        "id":"inpay","invoice":"{{{invoice}}}","payment":{"type":"payment_intent","payment_intent":"{{{intent}}}"},"amount_paid":19700,"currency":"brl"
        """);

    private static string StripeRefund(int refunded) => Stripe("charge.refunded", $"\"id\":\"ch\",\"payment_intent\":\"A\",\"amount\":19700,\"amount_refunded\":{refunded},\"currency\":\"brl\"");

    private static string Stripe(string type, string told) => $$"""{"id":"evt","type":"{{type}}","livemode":true,"created":1768478400,"data":{"object":{ {{told}} } } }""";
}
