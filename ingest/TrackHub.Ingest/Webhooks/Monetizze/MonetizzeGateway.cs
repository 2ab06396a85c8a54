using System.Text.Json;
using TrackHub.Ingest.Json;
using TrackHub.Platform.Identity;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Webhooks.Monetizze;

/// <summary>Monetizze: postbacks as a form with bracket keys or as JSON, proved by the account's key in the body.</summary>
/// <remarks>Format: BrMatheusLopes/HotmartAPI, Monetizze models; no document of the gateway could be read.</remarks>
internal sealed class MonetizzeGateway : IGateway
{
    private const string Currency = "BRL";   // the gateway names none

    /// <inheritdoc/>
    public string Name => "monetizze";

    /// <inheritdoc/>
    public IReadOnlyList<string> SecretProperties => ["chave_unica"];

    /// <inheritdoc/>
    public Proof Verify(Webhook webhook, IReadOnlyList<byte[]> secrets) =>
        Secrets.AnyEquals(webhook.Root.At("chave_unica").Text(), secrets) ? new("body") : Proof.None;

    /// <inheritdoc/>
    public Mapping Map(JsonElement root, MappingContext context)
    {
        // The newer name of the event first; the sale's own state where the event is one we do not know.
        var told = root.At("tipoEvento").IsObject() ? root.At("tipoEvento") : root.At("tipoPostback");
        var (code, state) = (told.At("codigo").Integer(), root.At("codigo_status").Integer());
        if ((code ?? state) is not { } number)
            return Mapping.Failed("unmapped", "Neither tipoEvento, tipoPostback nor codigo_status.");

        var sale = root.At("venda");
        var kind = KindOf(number, root);
        if (kind is SaleKind.Unmapped && state is { } known)
            kind = KindOf(known, root);
        return Mapping.Of(new()
        {
            GatewayEvent = told.At("descricao").Text() ?? number.ToString(),
            Kind = kind,
            Time = SaleTime.FromText(TimeText(sale, kind), context.ReceivedAt),
            SaleId = sale.At("codigo").Text() ?? root.At("codigo_venda").Text(),
            Reference = sale.At("codigo").Text() ?? root.At("codigo_venda").Text(),
            Method = PaymentMethods.Of(sale.At("formaPagamento").Text()),
            Money = MoneyReads.FromMajor(sale.At("valor"), default, Currency),
            ProductId = root.At("produto", "codigo").Text(),
            ProductName = root.At("produto", "nome").Text(),
            OfferId = root.At("plano", "codigo").Text() ?? root.At("plano", "referencia").Text(),
            SubscriptionId = root.At("assinatura", "codigo").Text(),
            Cycle = root.At("assinatura", "parcela").Count(),
            Tracking = CheckoutTracking.Read(sale, "src"),
            Buyer = Buyer(root.At("comprador")),
        });
    }

    /// <summary>Canonical kind of a code; events and states share the numbers.</summary>
    internal static SaleKind KindOf(long code, JsonElement root) => code switch
    {
        1 => SaleKind.Pending,
        2 => root.At("assinatura", "parcela").Count() > 1 ? SaleKind.Renewed : SaleKind.Approved,
        3 or 9 => SaleKind.Canceled,
        4 => SaleKind.Refunded,
        5 => SaleKind.Dispute,
        6 => SaleKind.Completed,
        7 => SaleKind.CartAbandoned,
        101 => SaleKind.SubscriptionChanged,
        102 => SaleKind.SubscriptionLate,
        103 => SaleKind.SubscriptionCanceled,
        _ => SaleKind.Unmapped,
    };

    private static PersonData Buyer(JsonElement person)
    {
        var buyer = Buyers.Of(person.At("nome").Text(), first: null, last: null, person.At("email").Text(), person.At("telefone").Text());
        buyer.City = person.At("cidade").Text();
        buyer.State = person.At("estado").Text();
        buyer.Zip = person.At("cep").Text();
        buyer.Country = person.At("pais").Text();
        buyer.BirthDate = person.At("data_nascimento").Text();
        return buyer;
    }

    // Later states carry the sale's two dates unchanged.
    private static string? TimeText(JsonElement sale, SaleKind kind) => kind switch
    {
        SaleKind.Approved or SaleKind.Renewed => sale.At("dataFinalizada").Text() ?? sale.At("dataInicio").Text(),
        SaleKind.Pending or SaleKind.CartAbandoned => sale.At("dataInicio").Text(),
        _ => null,
    };
}
