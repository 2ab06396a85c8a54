using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TrackHub.MetaSim.Arrivals;
using TrackHub.MetaSim.Control;

namespace TrackHub.MetaSim.AdAccounts;

/// <summary>A refusal, ready to be sent.</summary>
/// <param name="Outcome">Its name in the statistics.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">JSON.</param>
internal sealed record AdRefusal(string Outcome, int Status, byte[] Body);

/// <summary>What the reading endpoints share: behaviours told for an account or key, counting, sending.</summary>
internal sealed class AdAnswers(BehaviourBook behaviours, SimStatistics statistics, AnswerSender sender)
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Answers as a behaviour tells.</summary>
    /// <param name="context">The call.</param>
    /// <param name="account">Matched as <c>dataset</c>.</param>
    /// <param name="key">Matched as <c>token</c>.</param>
    /// <param name="error">Words the error that a behaviour asks for in the platform's way.</param>
    /// <returns>True: the call is answered.</returns>
    public async Task<bool> IsToldAsync(HttpContext context, string account, string? key, Func<Behaviour, AdRefusal> error)
    {
        if (key is null || behaviours.Take(account, TokenFingerprint.Of(key), default)?.Behaviour is not { } told)
            return false;

        foreach (var (name, value) in told.Headers)
            context.Response.Headers[name] = value;
        if (told.RetryAfterSeconds is { } seconds)
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        await sender.WaitAsync(context, told.Latency);
        switch (told)
        {
            case { Drop: not null }:
                statistics.Called("dropped");
                context.Abort();
                return true;
            case { IsError: true }:
                await RefuseAsync(context, error(told));
                return true;
            case { Redirect: { } target }:
                statistics.Called("redirect");
                context.Response.StatusCode = told.Status ?? StatusCodes.Status302Found;
                context.Response.Headers.Location = target.ToString();
                return true;
            case { Body: { } kind }:
                statistics.Called(kind.ToString());
                await sender.SendBodyAsync(context, told, kind);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Refuses.</summary>
    public Task RefuseAsync(HttpContext context, AdRefusal refusal)
    {
        statistics.Called(refusal.Outcome);
        return AnswerSender.SendAsync(context, refusal.Status, refusal.Body);
    }

    /// <summary>Gives what was asked for.</summary>
    public Task SendAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        statistics.Called("ok");
        return AnswerSender.SendAsync(context, StatusCodes.Status200OK, Render(write));
    }

    /// <summary>JSON of what <paramref name="write"/> writes.</summary>
    public static byte[] Render(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer, Readable))
            write(json);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The key of a call; it stands in the Authorization header and nowhere else.</summary>
    public static string? BearerOf(HttpRequest request)
    {
        const string Scheme = "Bearer ";
        var header = (string?)request.Headers.Authorization;
        return header is not null && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && header.Length > Scheme.Length ? header[Scheme.Length..].Trim() : null;
    }

    /// <summary>Reads a page token of ours: the number of rows before it.</summary>
    public static bool TryReadCursor(string? text, out int offset)
    {
        offset = 0;
        Span<byte> bytes = stackalloc byte[16];
        return string.IsNullOrEmpty(text)
            || (Convert.TryFromBase64String(text, bytes, out var length) && int.TryParse(bytes[..length], NumberStyles.None, CultureInfo.InvariantCulture, out offset));
    }

    /// <summary>The page token that stands after so many rows.</summary>
    public static string CursorOf(int offset) => Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(offset.ToString("D9", CultureInfo.InvariantCulture)));
}
