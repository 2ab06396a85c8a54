using System.Globalization;
using System.Text.Json;
using TrackHub.ConsoleApi.Performance.Contract;
using TrackHub.Platform.Money;
using TrackHub.Platform.Performance;
using TrackHub.Schemas;

namespace TrackHub.ConsoleApi.Performance.Figures;

/// <summary>Writes buckets as the contract has them, <see cref="PerformanceMetric"/>: ratios made from the sums, amounts in major units.</summary>
/// <remarks>
/// Member by member and not through the serializer: an answer holds up to 10,000 of them, and the serializer with its objects and texts took as much processor time
/// again as all the rest (README.md of benchmarks/results). A test holds both to the same bytes.
/// </remarks>
internal static class BucketJson
{
    // The longest double, 1.7976931348623157E+308 with a sign, is shorter.
    private const int MostDigits = 32;

    /// <summary>Writes one.</summary>
    public static void Write(Utf8JsonWriter json, Bucket bucket)
    {
        var currency = bucket.Currency;
        var scale = (double)(1m / MinorUnits.ToMajor(1, currency));
        json.WriteStartObject();
        json.WriteString("id"u8, MetricIds.Of(bucket.BrandId, SourceOf(bucket.Source), PeriodOf(bucket.Period), bucket.Start));
        json.WriteString("brandId"u8, bucket.BrandId);
        json.WriteString("source"u8, ContractText<FigureSource>.Of(bucket.Source));
        json.WriteString("timestamp"u8, bucket.Start.UtcDateTime);
        json.WriteStartObject("data"u8);
        json.WriteNumber("spend"u8, MinorUnits.ToMajor(bucket.SpendMinor, currency));
        json.WriteNumber("revenue"u8, MinorUnits.ToMajor(bucket.RevenueMinor, currency));
        WriteRatio(json, "roas"u8, Ratios.Roas(bucket.RevenueMinor, bucket.SpendMinor));
        WriteRatio(json, "cac"u8, Ratios.CacMinor(bucket.SpendMinor, bucket.NewCustomers) / scale);
        WriteRatio(json, "ctr"u8, Ratios.Ctr(bucket.Clicks, bucket.Impressions));
        WriteRatio(json, "cpc"u8, Ratios.CpcMinor(bucket.SpendMinor, bucket.Clicks) / scale);
        json.WriteNumber("conversions"u8, bucket.Conversions);
        json.WriteEndObject();
        json.WriteString("period"u8, ContractText<FigurePeriod>.Of(bucket.Period));
        json.WriteStartObject("basis"u8);
        json.WriteString("currency"u8, currency);
        json.WriteNumber("unconverted"u8, bucket.Unconverted);
        json.WriteNumber("refunded"u8, MinorUnits.ToMajor(bucket.RefundedMinor, currency));
        json.WriteNumber("newCustomers"u8, bucket.NewCustomers);
        json.WriteNumber("clicks"u8, bucket.Clicks);
        json.WriteNumber("impressions"u8, bucket.Impressions);
        json.WriteNumber("revision"u8, bucket.Revision);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    // As Utf8JsonWriter writes a double, without a string of it in between.
    private static void WriteRatio(Utf8JsonWriter json, ReadOnlySpan<byte> name, double? ratio)
    {
        if (ratio is not { } known)
        {
            json.WriteNull(name);
            return;
        }

        Span<byte> digits = stackalloc byte[MostDigits];
        known.TryFormat(digits, out var length, default, CultureInfo.InvariantCulture);
        json.WritePropertyName(name);
        json.WriteRawValue(digits[..length], skipInputValidation: true);
    }

    private static MetricSource SourceOf(FigureSource source) => source switch
    {
        FigureSource.Meta => MetricSource.Meta,
        FigureSource.Google => MetricSource.Google,
        FigureSource.Organic => MetricSource.Organic,
        _ => MetricSource.Aggregated,
    };

    private static MetricPeriod PeriodOf(FigurePeriod period) => period switch
    {
        FigurePeriod.Hourly => MetricPeriod.Hourly,
        FigurePeriod.Daily => MetricPeriod.Daily,
        _ => MetricPeriod.Weekly,
    };
}
