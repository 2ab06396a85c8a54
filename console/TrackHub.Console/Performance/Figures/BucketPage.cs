using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace TrackHub.ConsoleApi.Performance.Figures;

/// <summary>Answers 200 with the buckets that are figures; the first are on their way while the last are still written.</summary>
internal sealed class BucketPage(IReadOnlyList<Bucket> buckets) : IResult
{
    private const int SendBytes = 32 * 1024;

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = "application/json; charset=utf-8";
        await using var json = new Utf8JsonWriter(response.BodyWriter);
        var sent = 0L;
        json.WriteStartArray();
        for (var i = 0; i < buckets.Count; i++)
        {
            if (!buckets[i].IsEmpty)
                BucketJson.Write(json, buckets[i]);
            if (json.BytesCommitted < sent + SendBytes)
                continue;

            await json.FlushAsync(httpContext.RequestAborted);
            await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
            sent = json.BytesCommitted;
        }

        json.WriteEndArray();
        await json.FlushAsync(httpContext.RequestAborted);
    }
}
