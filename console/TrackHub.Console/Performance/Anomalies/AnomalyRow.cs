using System.Globalization;
using Npgsql;
using TrackHub.ConsoleApi.Performance.Contract;
using TrackHub.Platform.Money;

namespace TrackHub.ConsoleApi.Performance.Anomalies;

/// <summary>Rows of table <c>performance_anomalies</c> as the contract has them.</summary>
internal static class AnomalyRow
{
    /// <summary>What <see cref="Read"/> reads, in its order.</summary>
    public const string Columns = """
        a.id, a.brand_id, a.metric_type, a.severity, a.detected_at, a.value_at_detection, a.expected_value, a.deviation_percentage, a.status,
        a.insight_explanation, a.insight_action, a.hour, a.window_hours, a.currency, a.revenue_at_risk_minor, a.resolved_at, a.revision
        """;

    /// <summary>Reads the row that the reader stands on.</summary>
    public static PerformanceAnomaly Read(NpgsqlDataReader row)
    {
        var metric = ContractText<FigureName>.Parse(row.GetString(2));
        var currency = row.GetString(13);
        return new(
            row.GetGuid(0).ToString("D", CultureInfo.InvariantCulture),
            row.GetString(1),
            metric,
            ContractText<Severity>.Parse(row.GetString(3)),
            row.GetFieldValue<DateTimeOffset>(4),
            Shown(row.GetDouble(5), metric, currency),
            Shown(row.GetDouble(6), metric, currency),
            row.GetDouble(7),
            ContractText<AnomalyStatus>.Parse(row.GetString(8)),
            row.IsDBNull(9) ? null : new(row.GetString(9), row.IsDBNull(10) ? "" : row.GetString(10)),
            new(
                row.GetFieldValue<DateTimeOffset>(11),
                row.GetInt32(12),
                currency,
                MinorUnits.ToMajor(row.GetInt64(14), currency),
                row.IsDBNull(15) ? null : row.GetFieldValue<DateTimeOffset>(15),
                row.GetInt64(16)));
    }

    /// <summary>Amounts lie in minor units and are shown in major ones; the others are what they are.</summary>
    private static double Shown(double value, FigureName metric, string currency) =>
        metric is FigureName.Spend or FigureName.Revenue or FigureName.Cac or FigureName.Cpc ? value * (double)MinorUnits.ToMajor(1, currency) : value;
}
