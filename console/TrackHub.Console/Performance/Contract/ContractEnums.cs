using System.Text.Json.Serialization;

namespace TrackHub.ConsoleApi.Performance.Contract;

/// <summary>Where figures come from.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FigureSource>))]
internal enum FigureSource
{
    /// <summary>Sales and ads of Meta.</summary>
    [JsonStringEnumMemberName("meta")]
    Meta,

    /// <summary>Sales and ads of Google.</summary>
    [JsonStringEnumMemberName("google")]
    Google,

    /// <summary>Sales that no ad platform's click led to.</summary>
    [JsonStringEnumMemberName("organic")]
    Organic,

    /// <summary>The sum of the three.</summary>
    [JsonStringEnumMemberName("aggregated")]
    Aggregated,
}

/// <summary>How long a bucket of figures is, in the brand's time zone.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FigurePeriod>))]
internal enum FigurePeriod
{
    /// <summary>An hour of the brand's clock.</summary>
    [JsonStringEnumMemberName("hourly")]
    Hourly,

    /// <summary>A day of 23, 24 or 25 hours.</summary>
    [JsonStringEnumMemberName("daily")]
    Daily,

    /// <summary>A week from Monday.</summary>
    [JsonStringEnumMemberName("weekly")]
    Weekly,
}

/// <summary>The seven figures.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FigureName>))]
internal enum FigureName
{
    /// <summary>What ads cost.</summary>
    [JsonStringEnumMemberName("spend")]
    Spend,

    /// <summary>What sales brought.</summary>
    [JsonStringEnumMemberName("revenue")]
    Revenue,

    /// <summary>Revenue by spend.</summary>
    [JsonStringEnumMemberName("roas")]
    Roas,

    /// <summary>Spend by new customers.</summary>
    [JsonStringEnumMemberName("cac")]
    Cac,

    /// <summary>Clicks by impressions.</summary>
    [JsonStringEnumMemberName("ctr")]
    Ctr,

    /// <summary>Spend by clicks.</summary>
    [JsonStringEnumMemberName("cpc")]
    Cpc,

    /// <summary>Sales that stand.</summary>
    [JsonStringEnumMemberName("conversions")]
    Conversions,
}

/// <summary>How bad an anomaly is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Severity>))]
internal enum Severity
{
    /// <summary>Look now.</summary>
    [JsonStringEnumMemberName("critical")]
    Critical,

    /// <summary>Look today.</summary>
    [JsonStringEnumMemberName("warning")]
    Warning,

    /// <summary>Good to know.</summary>
    [JsonStringEnumMemberName("info")]
    Info,
}

/// <summary>Where people, or the pattern that came back, have brought an anomaly.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AnomalyStatus>))]
internal enum AnomalyStatus
{
    /// <summary>Nobody has looked at it.</summary>
    [JsonStringEnumMemberName("new")]
    New,

    /// <summary>Somebody is at it.</summary>
    [JsonStringEnumMemberName("investigating")]
    Investigating,

    /// <summary>Over.</summary>
    [JsonStringEnumMemberName("resolved")]
    Resolved,

    /// <summary>Seen, and nothing to do.</summary>
    [JsonStringEnumMemberName("ignored")]
    Ignored,
}

/// <summary>How an ad account's connection stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ConnectionStatus>))]
internal enum ConnectionStatus
{
    /// <summary>Its figures are pulled.</summary>
    [JsonStringEnumMemberName("active")]
    Active,

    /// <summary>The platform refuses the key or the account.</summary>
    [JsonStringEnumMemberName("error")]
    Error,

    /// <summary>Given up; the key is gone.</summary>
    [JsonStringEnumMemberName("disconnected")]
    Disconnected,
}

/// <summary>From which deviation on The Sentry speaks.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Sensitivity>))]
internal enum Sensitivity
{
    /// <summary>50 %.</summary>
    [JsonStringEnumMemberName("low")]
    Low,

    /// <summary>30 %.</summary>
    [JsonStringEnumMemberName("medium")]
    Medium,

    /// <summary>15 %.</summary>
    [JsonStringEnumMemberName("high")]
    High,
}

/// <summary>Where a brand is told of anomalies.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<NotificationChannel>))]
internal enum NotificationChannel
{
    /// <summary>The pages.</summary>
    [JsonStringEnumMemberName("dashboard")]
    Dashboard,

    /// <summary>E-mail.</summary>
    [JsonStringEnumMemberName("email")]
    Email,

    /// <summary>Slack.</summary>
    [JsonStringEnumMemberName("slack")]
    Slack,
}
