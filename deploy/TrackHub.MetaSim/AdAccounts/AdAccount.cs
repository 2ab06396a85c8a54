namespace TrackHub.MetaSim.AdAccounts;

/// <summary>An ad account as the simulator knows it.</summary>
internal sealed record AdAccount
{
    /// <summary><c>act_</c> and digits at Meta, ten digits at Google.</summary>
    public required string Id { get; init; }

    /// <summary>IANA name. Default that of Brazil's capital of commerce.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.FindSystemTimeZoneById("America/Sao_Paulo");

    /// <summary>ISO 4217.</summary>
    public string Currency { get; init; } = "BRL";

    /// <summary>Figures are made from it: equal seeds, equal figures.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Fingerprint of the only key that is taken; null: any.</summary>
    public string? Key { get; init; }

    /// <summary>Google: the manager account through which alone it is reached; null: directly as well.</summary>
    public string? Manager { get; init; }

    /// <summary>Most rows of a page, whatever a caller asks for.</summary>
    public int PageRows { get; init; } = 500;
}

/// <summary>One row of hourly figures. The hour is the local clock's: where the clock repeats one, a row holds both.</summary>
/// <param name="Date">Local date.</param>
/// <param name="Hour">0 to 23.</param>
/// <param name="SpendMicros">Millionths of the account's currency.</param>
/// <param name="Clicks">Clicks.</param>
/// <param name="Impressions">Impressions.</param>
internal sealed record AdRow(DateOnly Date, int Hour, long SpendMicros, long Clicks, long Impressions);
