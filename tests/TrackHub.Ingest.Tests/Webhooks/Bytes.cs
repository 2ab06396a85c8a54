using System.Text;

namespace TrackHub.Ingest.Tests.Webhooks;

internal static class BytesExtensions
{
    /// <summary>The same bytes with one text in place of another: for JSON that no writer would write.</summary>
    public static byte[] Replace(this byte[] body, string old, string replacement) =>
        Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body).Replace(old, replacement, StringComparison.Ordinal));
}
