using System.Globalization;
using System.Text.Json.Nodes;

namespace TrackHub.Platform.Tenants;

/// <summary>One key of <c>set KEY=VALUE</c>.</summary>
/// <param name="Name">The key, snake_case.</param>
/// <param name="Values">What it takes, for people: <c>1 to 90 (days)</c>.</param>
/// <param name="Default">Its default as text; empty where there is none.</param>
/// <param name="Meaning">What it does, one line.</param>
public sealed record SettingKey(string Name, string Values, string Default, string Meaning)
{
    /// <summary>Reads a value into what is stored; null when it is not one of <see cref="Values"/>.</summary>
    internal Func<string, JsonNode?> Read { get; init; } = static _ => null;

    /// <summary>Checks a value and reads it.</summary>
    /// <exception cref="AdminException">Not one the key takes; the message says which.</exception>
    internal JsonNode Parse(string value) =>
        Read(value.Trim()) ?? throw new AdminException($"{Name}: '{Shorten(value)}' is not valid; it takes {Values}. {Meaning}");

    private static string Shorten(string value) => value.Length <= 60 ? value : value[..60] + "…";
}

/// <summary>Every key that can be set, with its documentation for <c>--help</c>.</summary>
public static class BrandSettingKeys
{
    private static readonly BrandSettings Defaults = BrandSettings.Default;

    private static readonly SettingKey LaneShards = Whole(
        "lane_shards", 1, 64, Defaults.LaneShards, "", "Shards a pixel's lane is spread over; more than 1 gives up the order between its events.");

    private static readonly SettingKey SendPageView = Flag("send_page_view", Defaults.SendPageView, "Send page views to Meta as PageView.");

    private static readonly SettingKey Active = Flag("active", byDefault: true, "Off: nothing is taken or made for it.");

    /// <summary>Keys stored in a brand's settings.</summary>
    internal static IReadOnlyList<SettingKey> StoredWithBrand { get; } =
    [
        Whole("window_days", 1, 90, Defaults.WindowDays, "days", "How long before a sale its click may lie."),
        new(
            "stage_order",
            "a comma-separated list of click_id, session_id, email, phone, external_id, each at most once, or none",
            MatchKeyNames.Join(Defaults.StageOrder),
            "Exact match keys in the order they are tried; one left out is not used.")
        { Read = MatchKeyNames.Read },
        Flag("semi_deterministic", Defaults.SemiDeterministic, "Try fbc and fbclid after the exact keys."),
        Fraction("probabilistic_threshold", 0.5, 1, Defaults.ProbabilisticThreshold, "Least probability of a probabilistic match; 1 switches it off."),
        LaneShards,
        SendPageView,
        new("default_country", "an ISO 3166-1 alpha-2 code, lower case", Defaults.DefaultCountry, "Country assumed for buyers that name none.")
        {
            Read = static value => value.Length == 2 && Identity.Places.CountryCode(value) == value ? JsonValue.Create(value) : null,
        },
        Flag("day_first_dates", Defaults.DayFirstDates, "Take birth dates as dd/mm/yyyy beside ISO dates."),
        Whole("track_per_second", 1, 100_000, Defaults.TrackPerSecond, "events", "Browser events a second of one write key before 429; webhooks are never refused."),
        Whole("track_burst", 1, 1_000_000, Defaults.TrackBurst, "events", "Browser events at once of one write key before 429."),
    ];

    /// <summary>Those that decide which click led to a sale; a change of one makes a new version.</summary>
    public static IReadOnlyList<SettingKey> Rules { get; } =
        [.. StoredWithBrand.Where(static key => key.Name is "window_days" or "stage_order" or "semi_deterministic" or "probabilistic_threshold")];

    /// <summary>Keys of a brand.</summary>
    public static IReadOnlyList<SettingKey> Brand { get; } =
    [
        Text("name", "", 100, "Name, unique in the tenant."),
        new("time_zone", "an IANA time zone such as America/Sao_Paulo", "America/Sao_Paulo", "Zone of the brand's figures.")
        {
            Read = static value => value == "UTC" || (value.Contains('/') && TimeZoneInfo.TryFindSystemTimeZoneById(value, out _))
                ? JsonValue.Create(value)
                : null,
        },
        new("currency", "an ISO 4217 code, three upper-case letters", "BRL", "Currency of the brand's figures.")
        {
            Read = static value => value.Length == 3 && value.All(char.IsAsciiLetterUpper) ? JsonValue.Create(value) : null,
        },
        new("consent_basis", "granted or required", "", "What counts where the visitor's consent is unknown; unset: nothing is sent.")
        {
            Read = static value => value is "granted" or "required" ? JsonValue.Create(value) : null,
        },
        .. StoredWithBrand,
    ];

    /// <summary>Keys stored in a pixel's settings; unset: the brand's.</summary>
    internal static IReadOnlyList<SettingKey> StoredWithPixel { get; } =
    [
        LaneShards with { Default = "" },
        SendPageView with { Default = "" },
        Text("test_event_code", "", 40, "Meta's test event code. It is no sandbox: events under it count."),
        new("limited_data_use", LimitedDataUse.Values, "", "Ask Meta for Limited Data Use of people in the United States; unset: not asked.")
        {
            Read = static value => LimitedDataUse.Read(value) is { } use ? JsonValue.Create(use.Name) : null,
        },
    ];

    /// <summary>Keys of a pixel.</summary>
    public static IReadOnlyList<SettingKey> Pixel { get; } =
        [Text("token", "", 1024, "Access token of Meta's API."), Active, .. StoredWithPixel];

    /// <summary>Keys of a gateway connection. Secrets are changed by rotation.</summary>
    public static IReadOnlyList<SettingKey> Connection { get; } = [Active];

    /// <summary>Keys of a write key.</summary>
    public static IReadOnlyList<SettingKey> WriteKey { get; } =
    [
        new("allowed_origins", "comma-separated origins such as https://loja.example.com, or nothing for any", "", "Origins a browser may send from.")
        {
            Read = static value => Origins.TryRead(value.Split(',', StringSplitOptions.RemoveEmptyEntries), out var origins)
                ? new JsonArray([.. origins.Select(static origin => JsonValue.Create(origin))])
                : null,
        },
    ];

    private static readonly SettingKey Role = new("role", string.Join(", ", AccessRoles.Names), "viewer", "What may be done in the tenant's pages: look, act, change settings.")
    {
        Read = static value => AccessRoles.Names.Contains(value) ? JsonValue.Create(value) : null,
    };

    /// <summary>Keys of a user. The password is set by a command of its own.</summary>
    public static IReadOnlyList<SettingKey> User { get; } =
        [Role, new("active", "true or false", "true", "Off: may not come in, and is out at once.") { Read = Active.Read }];

    /// <summary>Keys of an API key.</summary>
    public static IReadOnlyList<SettingKey> ApiKey { get; } = [Role];

    /// <summary>Keys of a tenant.</summary>
    public static IReadOnlyList<SettingKey> Tenant { get; } = [Text("name", "", 100, "Name, unique.")];

    /// <summary>The key of that name.</summary>
    /// <exception cref="AdminException">There is none; the message lists those there are.</exception>
    internal static SettingKey Find(IReadOnlyList<SettingKey> keys, string name) =>
        keys.FirstOrDefault(key => key.Name == name.Trim().Replace('-', '_'))
        ?? throw new AdminException($"'{name}' is no key; there are {string.Join(", ", keys.Select(static key => key.Name))}.");

    private static SettingKey Whole(string name, int least, int most, int byDefault, string unit, string meaning) =>
        new(name, $"a whole number from {least} to {most} {unit}".TrimEnd(), byDefault.ToString(CultureInfo.InvariantCulture), meaning)
        {
            Read = value => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
                ? JsonValue.Create(number)
                : null,
        };

    private static SettingKey Fraction(string name, double least, double most, double byDefault, string meaning) =>
        new(name, FormattableString.Invariant($"a number from {least} to {most}"), byDefault.ToString(CultureInfo.InvariantCulture), meaning)
        {
            Read = value => double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                && number >= least && number <= most
                    ? JsonValue.Create(number)
                    : null,
        };

    private static SettingKey Flag(string name, bool byDefault, string meaning) =>
        new(name, "true or false", byDefault ? "true" : "false", meaning)
        {
            Read = static value => value is "true" or "false" ? JsonValue.Create(value == "true") : null,
        };

    private static SettingKey Text(string name, string byDefault, int most, string meaning) =>
        new(name, $"1 to {most} characters without control characters", byDefault, meaning)
        {
            Read = value => value.Length >= 1 && value.Length <= most && !value.Any(char.IsControl) ? JsonValue.Create(value) : null,
        };
}
