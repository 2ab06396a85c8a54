using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace TrackHub.Faults.Driving;

/// <summary>An invented person, whose every trait is nobody else's.</summary>
/// <param name="Number">Number within the run.</param>
/// <param name="Run">The run: letters and digits.</param>
public sealed record Visitor(int Number, string Run)
{
    /// <summary>Agent of all.</summary>
    public const string UserAgent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0";

    // 90000-0000 and up are given to nobody.
    private const int Phones = 100_000;

    /// <summary>E-mail.</summary>
    public string Email => $"compradora.{Run}.{Number}@example.com";

    /// <summary>The nine digits behind country and area.</summary>
    public string Subscriber => $"9000{Number % Phones:D5}";

    /// <summary>Phone, E.164.</summary>
    public string Phone => $"+5511{Subscriber}";

    /// <summary>Address of the documentation range, as RFC 5952 writes it.</summary>
    public string Ip => IPAddress.Parse($"2001:db8:{Hash("ip", 4)}:{Hash("net", 4)}::{Number + 1:x}").ToString();

    /// <summary>Browser session.</summary>
    public string Session => $"s-{Run}-{Number}";

    /// <summary>TrackHub's click id.</summary>
    public string ClickId => "th_" + Hash("click", 26);

    /// <summary>Meta's click id.</summary>
    public string Fbclid => "IwFault_" + Hash("fbclid", 32);

    /// <summary>Id of the click.</summary>
    public string ClickEvent => EventOf("click");

    /// <summary>Id of the checkout.</summary>
    public string CheckoutEvent => EventOf("checkout");

    /// <summary>The gateway's id of the sale.</summary>
    public string SaleId => "PPCPMTB" + Hash("sale", 12).ToUpperInvariant();

    /// <summary>What Meta may learn of it: everything else in a call is another's.</summary>
    public IReadOnlySet<string> MetaData => new HashSet<string>
    {
        Sha256(Email), Sha256(Phone.TrimStart('+')), Sha256("compradora"), Sha256("exemplo"), Sha256("br"), Ip, UserAgent,
    };

    private string EventOf(string kind) => $"ev-{Run}-{Hash(kind, 20)}";

    private string Hash(string purpose, int length) => Sha256($"{Run}/{Number}/{purpose}")[..length];

    private static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
