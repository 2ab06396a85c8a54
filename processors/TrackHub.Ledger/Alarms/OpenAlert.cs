namespace TrackHub.Ledger.Alarms;

/// <summary>An alert that is open.</summary>
/// <param name="AlertId">Its id.</param>
/// <param name="BrandId">Brand.</param>
/// <param name="Subject">What of the brand it is about; null where its rule has one alert a brand.</param>
/// <param name="Since">When what it is about began.</param>
/// <param name="Value">What was measured when it was last told.</param>
internal sealed record OpenAlert(string AlertId, string BrandId, string? Subject, DateTimeOffset Since, double Value);
