using Microsoft.Extensions.Logging;
using TrackHub.Platform.Streams;

namespace TrackHub.Platform.Telemetry;

/// <summary>Names whose event and which trace the log lines of a piece of work are about. Begun where a line is written, not per record.</summary>
public static class RecordScope
{
    /// <summary>Property of the brand's public id.</summary>
    public const string Brand = "brand";

    /// <summary>Property of the trace id, 32 hex digits.</summary>
    public const string TraceId = "trace_id";

    /// <summary>Lines about a record, until disposed.</summary>
    /// <param name="logger">Where they are written.</param>
    /// <param name="record">The record.</param>
    /// <param name="brandId">Its brand, if that is known to exist: a header may say anything.</param>
    public static IDisposable? BeginRecord(this ILogger logger, StreamRecord record, string? brandId) => Begin(logger, brandId, record.TraceId);

    /// <summary>Lines about a brand's request, whose trace is the current one, until disposed.</summary>
    public static IDisposable? BeginBrand(this ILogger logger, string brandId) => Begin(logger, brandId, traceId: null);

    private static IDisposable? Begin(ILogger logger, string? brandId, string? traceId)
    {
        var properties = new List<KeyValuePair<string, object>>(2);
        if (brandId is not null)
            properties.Add(new(Brand, brandId));
        if (traceId is not null)
            properties.Add(new(TraceId, traceId));
        return logger.BeginScope(properties);
    }
}
