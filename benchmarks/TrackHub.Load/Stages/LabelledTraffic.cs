using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TrackHub.Platform.Identity;
using TrackHub.Schemas;

namespace TrackHub.Load.Stages;

/// <summary>A sale and the truth about it.</summary>
/// <param name="Event">The sale.</param>
/// <param name="Sessions">Sessions of its buyer; empty for one who was never seen.</param>
internal sealed record LabelledSale(TrackedEvent Event, IReadOnlyList<string> Sessions);

/// <summary>Clicks, pages, checkouts and sales of one brand whose truth is known, the same for the same seed.</summary>
internal sealed class LabelledTraffic
{
    private static readonly DateTimeOffset Start = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly (string Id, string Name)[] Products =
        [("p-100", "Curso de Confeitaria"), ("p-200", "Método Fluente"), ("p-300", "Planilha Pro"), ("p-400", "Treino em Casa"), ("p-500", "Mentoria Ágil")];

    // By how many live there.
    private static readonly string[] Regions = ["sp", "mg", "rj", "ba", "pr", "rs", "pe", "ce", "pa", "sc", "ma", "go", "am", "es", "pb", "rn"];

    private readonly TrafficMix _mix;
    private readonly Random _random;
    private readonly Networks _networks;
    private readonly List<string> _emails = [];
    private int _number;

    private LabelledTraffic(TrafficMix mix, int seed)
    {
        _mix = mix;
        _random = new(seed);
        _networks = new(mix, _random);
        for (var i = 0; i < mix.Visitors; i++)
            Visit(i);
        for (var i = (int)(Sales.Count * mix.UnseenBuyers); i > 0; i--)
            SellToUnseen();
    }

    /// <summary>What browsers sent.</summary>
    public List<TrackedEvent> Events { get; } = [];

    /// <summary>What gateways sent.</summary>
    public List<LabelledSale> Sales { get; } = [];

    /// <summary>Makes traffic.</summary>
    public static LabelledTraffic Make(TrafficMix mix, int seed) => new(mix, seed);

    private void Visit(int number)
    {
        var at = Start + (TimeSpan.FromDays(_mix.Days) * _random.NextDouble());
        var (network, device, session) = (_networks.Draw(), Devices.Draw(_random), $"s-{number}");
        var product = Product();
        var (campaign, place) = (Campaign(), Place());
        var tellsRegion = Chance(_mix.Region.Pages);
        var skew = Chance(_mix.SkewedClock) ? TimeSpan.FromMinutes((_random.NextDouble() - 0.5) * 240) : TimeSpan.Zero;
        var page = Chance(_mix.NamedLandingPage) ? $"loja.example.com/{Slug.Of(product.Name)}" : $"loja.example.com/oferta-{Text(_random.Next(5))}";
        var email = Chance(_mix.GivesEmail) ? $"{session}@example.com" : null;
        var buys = Chance(_mix.Buyers);

        var clickId = $"th_{Text(number)}";
        void Tell(EventKind kind, string? withEmail = null) => Events.Add(Event(kind, at, network, device) with
        {
            EventTime = Earlier(at + skew, at),
            ReceivedAt = at + (Chance(_mix.LateArrival) ? TimeSpan.FromSeconds(60 * _random.NextDouble()) : TimeSpan.FromMilliseconds(80)),
            SessionId = session,
            ClickId = kind == EventKind.Click ? clickId : null,
            Keys = Keys(network, device, withEmail),
            Traits = Traits(device) with
            {
                Country = place.Country,
                Region = tellsRegion ? place.Region : null,
                Page = page,
                Product = Chance(_mix.PageProduct) ? product.Id : null,
                UtmCampaign = campaign,
                UtmSource = Source(campaign),
            },
        });

        Tell(EventKind.Click);
        for (var pages = _random.Next(3); pages > 0; pages--)
        {
            at += TimeSpan.FromMinutes(3 * _random.NextDouble());
            Tell(EventKind.PageView);
        }

        if (email is not null)
            Tell(EventKind.Identify, email);
        if (Chance(buys ? _mix.Checkout.Buyers : _mix.Checkout.Others))
        {
            at += TimeSpan.FromMinutes(6 * _random.NextDouble());
            Tell(EventKind.InitiateCheckout, email);
        }

        if (buys)
            Sell(at, new(network, device, place, product, campaign), session, clickId, email ?? $"{session}@example.com");
        if (email is not null)
            _emails.Add(email);
    }

    private sealed record Buyer(Network Network, Device Device, (string Country, string Region) Place, (string Id, string Name) Product, string Campaign);

    private void Sell(DateTimeOffset seen, Buyer buyer, string session, string clickId, string email)
    {
        var (network, device) = (buyer.Network, buyer.Device);
        var after = Exponential(_random.NextDouble() switch { < 0.55 => TimeSpan.FromMinutes(12), < 0.80 => TimeSpan.FromHours(3), _ => TimeSpan.FromHours(30) });
        network = Chance(_mix.NetworkChange) ? _networks.Other(network) : _networks.Later(network, after);
        if (Chance(_mix.DeviceChange))
            device = Devices.Draw(_random);
        else if (device.InApp && Chance(_mix.LeavesApp))
            device = Devices.SystemBrowser(device, _random);
        if (Chance(_mix.MistypedEmail))
            email = "x" + email;
        else if (_emails.Count > 0 && Chance(_mix.SharedEmail))
            email = _emails[_random.Next(_emails.Count)];

        buyer = buyer with
        {
            Network = network,
            Device = device,
            Place = Chance(_mix.BilledElsewhere) ? Place() : buyer.Place,
            Product = Chance(_mix.OtherProduct) ? Product() : buyer.Product,
            Campaign = Chance(_mix.StaleCampaign) ? Campaign() : buyer.Campaign,
        };
        Sales.Add(new(Sale(seen + after, buyer, Chance(_mix.SaleClickId) ? clickId : null, email), [session]));
    }

    private void SellToUnseen()
    {
        var at = Start + (TimeSpan.FromDays(_mix.Days) * _random.NextDouble());
        Sales.Add(new(Sale(at, new(_networks.Draw(), Devices.Draw(_random), Place(), Product(), Campaign()), null, $"u-{Text(_number)}@example.com"), []));
    }

    private TrackedEvent Sale(DateTimeOffset at, Buyer buyer, string? clickId, string email)
    {
        var (address, agent, carried, source) = (Chance(_mix.SaleAddress), Chance(_mix.SaleUserAgent), Chance(_mix.SaleCampaign), Chance(_mix.SaleSource));
        var traits = address && agent ? Traits(buyer.Device) : new();
        var (keys, product, campaign) = (Keys(buyer.Network, buyer.Device, email), buyer.Product, buyer.Campaign);
        return Event(EventKind.Sale, at, buyer.Network, buyer.Device) with
        {
            ClickId = clickId,
            Keys = keys with { Ip = address ? keys.Ip : null, IpPrefix = address ? keys.IpPrefix : null, UserAgent = address && agent ? keys.UserAgent : null },
            Traits = traits with
            {
                Country = buyer.Place.Country,
                Region = Chance(_mix.Region.Sales) ? buyer.Place.Region : null,
                Product = product.Id,
                UtmCampaign = carried ? campaign : null,
                UtmSource = carried || source ? Source(campaign) : null,
            },
            Sale = new()
            {
                Gateway = "perfectpay",
                ConnectionId = "con_1",
                SaleId = $"S{Text(_number)}",
                DeliveryId = $"d{Text(_number)}",
                Kind = SaleKind.Approved,
                GatewayEvent = "approved",
                AmountMinor = 19_700,
                Currency = "BRL",
                ProductId = product.Id,
                ProductName = product.Name,
            },
        };
    }

    private TrackedEvent Event(EventKind kind, DateTimeOffset at, Network network, Device device) => new()
    {
        IngestId = NextId(at).ToString(),
        BrandId = "labelled0001",
        Kind = kind,
        EventId = $"e{Text(_number)}",
        EventTime = at,
        ReceivedAt = at,
        Keys = Keys(network, device, null),
        Traits = Traits(device),
    };

    private static MatchKeys Keys(Network network, Device device, string? email) => new()
    {
        Ip = Index($"ip {Text(network.Address)}"),
        IpPrefix = Index($"prefix {Text(network.Prefix)}"),
        UserAgent = Index(device.Agent),
        Email = email is null ? null : Index(email),
    };

    private static Traits Traits(Device device) => new() { Browser = device.Browser, BrowserMajor = device.Major, Os = device.Os };

    /// <summary>An id of the version that ids have, made from time and count, so that a seed gives the same ones.</summary>
    private Guid NextId(DateTimeOffset at)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, at.ToUnixTimeMilliseconds() << 16);
        bytes[6] = 0x70;
        bytes[8] = 0x80;
        BinaryPrimitives.WriteInt32BigEndian(bytes[12..], ++_number);
        return new(bytes, bigEndian: true);
    }

    private (string Id, string Name) Product() => Products[(int)(Products.Length * Math.Pow(_random.NextDouble(), 1.7))];

    private (string Country, string Region) Place() => Chance(_mix.Abroad) ? ("pt", "11") : ("br", Regions[(int)(Regions.Length * Math.Pow(_random.NextDouble(), 2))]);

    private string Campaign() => $"campanha-{Text((int)(12 * Math.Pow(_random.NextDouble(), 2)))}";

    private static string Source(string campaign) => campaign.Length % 2 == 0 ? "fb" : "ig";

    private TimeSpan Exponential(TimeSpan mean) => Earlier(TimeSpan.FromDays(6.5), mean * -Math.Log(1 - _random.NextDouble()));

    private bool Chance(double share) => _random.NextDouble() < share;

    private static T Earlier<T>(T left, T right)
        where T : IComparable<T> => left.CompareTo(right) <= 0 ? left : right;

    private static byte[] Index(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text))[..16];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
