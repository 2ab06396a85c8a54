using System.Security.Cryptography;
using System.Text;
using TrackHub.Cli.Demo.Plan;
using TrackHub.Cli.Demo.Plan.Gateways;
using TrackHub.Load.Setup;
using TrackHub.Schemas;

namespace TrackHub.Load.Http;

/// <summary>Approved sales as Kiwify signs them, each of another order; made from one body, so that the client's own work stays small.</summary>
internal sealed class WebhookRequests : IRequestMaker
{
    private const string SalePlace = "11111111-1111-4111-8111-111111111111";
    private const string ClickPlace = "th_00000000000000000000000000";

    private readonly LoadBrand _brand;
    private readonly bool _withClick;
    private readonly string _body;

    /// <summary>Makes the maker.</summary>
    /// <param name="brand">Whose sales they are.</param>
    /// <param name="withClick">Whether sale N names the click of <see cref="TrackRequests"/>' number N.</param>
    /// <param name="at">When the sales were made.</param>
    public WebhookRequests(LoadBrand brand, bool withClick, DateTimeOffset at)
    {
        (_brand, _withClick) = (brand, withClick);
        var ids = new RunIds(brand.Run);
        _body = new KiwifySender().Body(new()
        {
            SaleId = SalePlace,
            Kind = SaleKind.Approved,
            Buyer = Visitor.New(ids, new Random(1), at),
            AmountMinor = 19_700,
            At = at,
            DeliveryId = SalePlace,
            ClickId = ClickPlace,
            Facts = BuyerFacts.Phone,
        });
    }

    /// <summary>Sale id of a number.</summary>
    public string SaleId(long number) => new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{_brand.Run}/{number}")).AsSpan(0, 16)).ToString("D");

    /// <inheritdoc/>
    public HttpRequestMessage Make(Uri address, long number)
    {
        var body = _body.Replace(SalePlace, SaleId(number), StringComparison.Ordinal);
        if (_withClick)
            body = body.Replace(ClickPlace, _brand.ClickId(number), StringComparison.Ordinal);
        return new(HttpMethod.Post, new Uri(address, $"{_brand.WebhookPath}?signature={KiwifySender.Signature(_brand.WebhookSecret, body)}"))
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
    }
}
