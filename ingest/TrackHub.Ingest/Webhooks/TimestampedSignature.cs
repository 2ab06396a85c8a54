using System.Globalization;
using System.Text;

namespace TrackHub.Ingest.Webhooks;

/// <summary>
/// A header <c>t={Unix seconds},v1={hex}[,v1=…]</c> whose signatures are HMAC-SHA256 over <c>{t}.{raw body}</c>: Stripe's scheme, and the one
/// offered to own integrations.
/// </summary>
/// <remarks>Source: docs.stripe.com, webhook signatures. Several v1 stand there while the sender changes its secret; t stands there once.</remarks>
internal static class TimestampedSignature
{
    // A header of more is no sender's: each signature costs one HMAC per secret.
    private const int MaxSignatures = 4;
    private const int MaxTimeLength = 20;
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(300);

    /// <summary>Checks a delivery; a right signature outside the window of 300 seconds is <see cref="Proof.Stale"/>.</summary>
    public static Proof Verify(Webhook webhook, string headerName, IReadOnlyList<byte[]> secrets)
    {
        if (!TryRead(webhook.SingleHeader(headerName), out var time, out var signatures))
            (time, signatures) = ("0", [null]);   // the same work as for a header that reads

        var message = new byte[time.Length + 1 + webhook.Body.Length];
        Encoding.ASCII.GetBytes(time, message);
        message[time.Length] = (byte)'.';
        webhook.Body.Span.CopyTo(message.AsSpan(time.Length + 1));

        var matches = false;
        foreach (var signature in signatures)
            matches |= HmacSha256.AnyMatches(message, signature, secrets);
        if (!matches)
            return Proof.None;
        return IsInWindow(time, webhook.ReceivedAt) ? new("v1") : Proof.Stale;
    }

    private static bool TryRead(string? header, out string time, out List<string?> signatures)
    {
        (time, signatures) = ("", []);
        foreach (var item in (header ?? "").Split(',', StringSplitOptions.TrimEntries))
        {
            if (item.StartsWith("v1=", StringComparison.Ordinal))
                signatures.Add(item[3..]);
            else if (item.StartsWith("t=", StringComparison.Ordinal) && time.Length is 0)
                time = item[2..];
            else if (item.StartsWith("t=", StringComparison.Ordinal))
                return false;
        }

        return time.Length is > 0 and <= MaxTimeLength && Ascii.IsValid(time) && signatures.Count is > 0 and <= MaxSignatures;
    }

    // Seconds only: milliseconds lie thousands of years ahead. What is no number was never a time.
    private static bool IsInWindow(string time, DateTimeOffset receivedAt) =>
        long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
        && Math.Abs(receivedAt.ToUnixTimeSeconds() - (decimal)seconds) <= (decimal)Tolerance.TotalSeconds;
}
