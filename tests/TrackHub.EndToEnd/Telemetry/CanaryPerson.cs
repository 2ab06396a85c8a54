using System.Globalization;
using System.Security.Cryptography;
using TrackHub.Testing;

namespace TrackHub.EndToEnd.Telemetry;

/// <summary>A visitor and buyer who exists nowhere else, so that every trace of her is one that this run left.</summary>
internal sealed class CanaryPerson
{
    private readonly string _mark = RandomNumberGenerator.GetHexString(8, lowercase: true);
    private readonly string _subscriber = "9" + Digits(8);

    public string Email => $"Canaria.{_mark}@Example.com";

    public string Phone => $"+5511{_subscriber}";

    public string FirstName => $"Zefirina{_mark}";

    public string LastName => $"Quaresmal{_mark}";

    public string Document { get; } = Digits(11);

    public string Ip { get; } = $"2001:db8:{Hex4()}:{Hex4()}:{Hex4()}:{Hex4()}:{Hex4()}:{Hex4()}";

    public string UserAgent => $"Mozilla/5.0 (X11; Linux x86_64) CanaryBrowser/{_mark}";

    public string Fbp => $"fb.1.1789059790000.{Convert.ToInt32(_mark[..6], 16) + 1_000_000_000}";

    public string Fbclid => $"IwAR{_mark}{_mark}{_mark}Canary";

    public string Fbc => $"fb.1.1789059790000.{Fbclid}";

    public string ExternalId => $"customer-{_mark}";

    public string Street => $"Rua da Canária {_mark}";

    public string SessionId { get; } = $"sess-{Guid.NewGuid():N}";

    /// <summary>Everything that says who she is, in each form it might be written.</summary>
    public CanaryScan AddTo(CanaryScan scan) => scan
        .Add("e-mail", Email, Email.ToLowerInvariant())
        .Add("e-mail, local part", Email[..Email.IndexOf('@')].ToLowerInvariant())
        .AddPhone("phone", "55", "11", _subscriber)
        .Add("first name", FirstName, FirstName.ToLowerInvariant())
        .Add("last name", LastName, LastName.ToLowerInvariant())
        .Add("full name", $"{FirstName} {LastName}")
        .Add("document", Document, $"{Document[..3]}.{Document[3..6]}.{Document[6..9]}-{Document[9..]}")
        .Add("ip", Ip)
        .Add("user agent", UserAgent, $"CanaryBrowser/{_mark}")
        .Add("fbp", Fbp)
        .Add("fbc", Fbc, Fbclid)
        .Add("external id", ExternalId)
        .Add("street", Street);

    private static string Digits(int count) => RandomNumberGenerator.GetString("123456789", count);

    private static string Hex4() => RandomNumberGenerator.GetInt32(0x1000, 0xFFFF).ToString("x4", CultureInfo.InvariantCulture);
}
