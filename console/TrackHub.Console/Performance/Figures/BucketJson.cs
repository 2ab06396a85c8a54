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
        var perMajor = MinorUnits.PerMajor(currency);
        json.WriteStartObject();
        json.WriteString(Name.Id, MetricIds.Of(bucket.BrandId, SourceOf(bucket.Source), PeriodOf(bucket.Period), bucket.Start));
        json.WriteString(Name.BrandId, bucket.BrandId);
        json.WriteString(Name.Source, ContractText<FigureSource>.Of(bucket.Source));
        json.WriteString(Name.Timestamp, bucket.Start.UtcDateTime);
        json.WriteStartObject(Name.Data);
        json.WriteNumber(Name.Spend, MinorUnits.ToMajor(bucket.SpendMinor, currency));
        json.WriteNumber(Name.Revenue, MinorUnits.ToMajor(bucket.RevenueMinor, currency));
        WriteRatio(json, Name.Roas, Ratios.Roas(bucket.RevenueMinor, bucket.SpendMinor));
        WriteRatio(json, Name.Cac, Ratios.CacMinor(bucket.SpendMinor, bucket.NewCustomers) / perMajor);
        WriteRatio(json, Name.Ctr, Ratios.Ctr(bucket.Clicks, bucket.Impressions));
        WriteRatio(json, Name.Cpc, Ratios.CpcMinor(bucket.SpendMinor, bucket.Clicks) / perMajor);
        json.WriteNumber(Name.Conversions, bucket.Conversions);
        json.WriteEndObject();
        json.WriteString(Name.Period, ContractText<FigurePeriod>.Of(bucket.Period));
        json.WriteStartObject(Name.Basis);
        json.WriteString(Name.Currency, currency);
        json.WriteNumber(Name.Unconverted, bucket.Unconverted);
        json.WriteNumber(Name.Refunded, MinorUnits.ToMajor(bucket.RefundedMinor, currency));
        json.WriteNumber(Name.NewCustomers, bucket.NewCustomers);
        json.WriteNumber(Name.Clicks, bucket.Clicks);
        json.WriteNumber(Name.Impressions, bucket.Impressions);
        json.WriteNumber(Name.Revision, bucket.Revision);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    // As Utf8JsonWriter writes a double, without a string of it in between.
    private static void WriteRatio(Utf8JsonWriter json, JsonEncodedText name, double? ratio)
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

    // Escaped once: to look through them for what must be, 21 a bucket, was a tenth of the writing.
    private static class Name
    {
        public static readonly JsonEncodedText Id = JsonEncodedText.Encode("id");
        public static readonly JsonEncodedText BrandId = JsonEncodedText.Encode("brandId");
        public static readonly JsonEncodedText Source = JsonEncodedText.Encode("source");
        public static readonly JsonEncodedText Timestamp = JsonEncodedText.Encode("timestamp");
        public static readonly JsonEncodedText Data = JsonEncodedText.Encode("data");
        public static readonly JsonEncodedText Spend = JsonEncodedText.Encode("spend");
        public static readonly JsonEncodedText Revenue = JsonEncodedText.Encode("revenue");
        public static readonly JsonEncodedText Roas = JsonEncodedText.Encode("roas");
        public static readonly JsonEncodedText Cac = JsonEncodedText.Encode("cac");
        public static readonly JsonEncodedText Ctr = JsonEncodedText.Encode("ctr");
        public static readonly JsonEncodedText Cpc = JsonEncodedText.Encode("cpc");
        public static readonly JsonEncodedText Conversions = JsonEncodedText.Encode("conversions");
        public static readonly JsonEncodedText Period = JsonEncodedText.Encode("period");
        public static readonly JsonEncodedText Basis = JsonEncodedText.Encode("basis");
        public static readonly JsonEncodedText Currency = JsonEncodedText.Encode("currency");
        public static readonly JsonEncodedText Unconverted = JsonEncodedText.Encode("unconverted");
        public static readonly JsonEncodedText Refunded = JsonEncodedText.Encode("refunded");
        public static readonly JsonEncodedText NewCustomers = JsonEncodedText.Encode("newCustomers");
        public static readonly JsonEncodedText Clicks = JsonEncodedText.Encode("clicks");
        public static readonly JsonEncodedText Impressions = JsonEncodedText.Encode("impressions");
        public static readonly JsonEncodedText Revision = JsonEncodedText.Encode("revision");
    }
}
