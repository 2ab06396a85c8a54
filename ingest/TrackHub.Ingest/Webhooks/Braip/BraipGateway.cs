using System.Text.Json;
using TrackHub.Ingest.Json;
using TrackHub.Platform.Identity;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Webhooks.Braip;

/// <summary>Braip, provisional: flat keys as JSON or form, proved by a token in the body.</summary>
/// <remarks>
/// Format: one public capture of an abandoned cart and a REST client. No approved sale was seen: that amounts are decimal reais and how states
/// are spelt are assumptions.
/// </remarks>
internal sealed class BraipGateway : IGateway
{
    private const string Currency = "BRL";   // the gateway names none

    /// <inheritdoc/>
    public string Name => "braip";

    /// <inheritdoc/>
    public IReadOnlyList<string> SecretProperties => ["basic_authentication"];

    /// <inheritdoc/>
    public string Provisional => "No approved sale of Braip's was seen yet: compare the first amounts with the gateway's own panel.";

    /// <inheritdoc/>
    public Proof Verify(Webhook webhook, IReadOnlyList<byte[]> secrets) =>
        Secrets.AnyEquals(webhook.Root.At("basic_authentication").Text(), secrets) ? new("body") : Proof.None;

    /// <inheritdoc/>
    public Mapping Map(JsonElement root, MappingContext context)
    {
        var (type, status) = (root.At("type").Text(), root.At("trans_status").Text());
        var isCart = string.Equals(type, "ABANDONO", StringComparison.OrdinalIgnoreCase);
        if (!isCart && status is null)
            return Mapping.Failed("unmapped", "Neither type ABANDONO nor trans_status.");

        var kind = isCart ? SaleKind.CartAbandoned : KindOf(status!);
        var amount = root.At("trans_total_value").Text() is null ? root.At("trans_value") : root.At("trans_total_value");
        return Mapping.Of(new()
        {
            GatewayEvent = isCart ? type! : status!,
            Kind = kind,
            Time = SaleTime.FromText(kind is SaleKind.Pending or SaleKind.CartAbandoned ? Created(root) : root.At("trans_updatedate").Text(), context.ReceivedAt),
            SaleId = root.At("trans_key").Text() ?? (isCart ? root.At("abandonment_key").Text() : null),
            Reference = root.At("trans_key").Text(),
            Money = MoneyReads.FromMajor(amount, default, Currency),
            ProductId = root.At("product_key").Text(),
            ProductName = root.At("product_name").Text(),
            OfferId = root.At("plan_key").Text(),
            Tracking = CheckoutTracking.Read(root, "src", "utm_content", "utm_term").OrClickIdOf(root.At("checkout_url").Text()),
            Buyer = Buyer(root),
        });
    }

    /// <summary>Canonical kind of a state, however its accents and case are written.</summary>
    internal static SaleKind KindOf(string status) => Fold(status) switch
    {
        "aguardando pagamento" or "em analise" or "em processamento" or "parcialmente pago" => SaleKind.Pending,
        "pagamento aprovado" => SaleKind.Approved,
        "cancelada" => SaleKind.Canceled,
        "chargeback" => SaleKind.Chargeback,
        "devolvida" => SaleKind.Refunded,
        "estorno pendente" => SaleKind.RefundRequested,
        "pagamento atrasado" => SaleKind.SubscriptionLate,
        _ => SaleKind.Unmapped,
    };

    private static string Fold(string status) => string.Concat(status.ToLowerInvariant().Select(static c => c switch
    {
        'á' or 'â' or 'ã' => 'a',
        'é' or 'ê' => 'e',
        'í' => 'i',
        'ó' or 'ô' or 'õ' => 'o',
        'ú' => 'u',
        'ç' => 'c',
        _ => c,
    }));

    private static string? Created(JsonElement root) => root.At("trans_createdate").Text() ?? root.At("trans_updatedate").Text();

    private static PersonData Buyer(JsonElement root)
    {
        var phone = root.At("client_cel").Text();
        var buyer = Buyers.Of(
            root.At("client_name").Text(), first: null, last: null, root.At("client_email").Text(),
            phone?.StartsWith("55 ", StringComparison.Ordinal) is true ? "+" + phone : phone);
        buyer.City = root.At("client_address_city").Text();
        buyer.State = root.At("client_address_state").Text();
        buyer.Zip = root.At("client_zip_code").Text();
        buyer.Country = root.At("client_address_country").Text();
        return buyer;
    }
}
