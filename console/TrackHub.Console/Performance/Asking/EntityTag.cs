using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace TrackHub.ConsoleApi.Performance.Asking;

/// <summary>Names a state of an answer, so that who has it already need not get it again (RFC 9110, section 8.8.3).</summary>
internal static class EntityTag
{
    // With what an answer's form changes, so that nobody keeps one of a former build.
    private const string Form = "1";

    /// <summary>The tag of everything an answer depends on.</summary>
    public static string Of(params ReadOnlySpan<object?> parts)
    {
        var text = new StringBuilder(Form);
        foreach (var part in parts)
            text.Append('\n').Append(FormattableString.Invariant($"{part}"));
        return $"\"{Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 15))}\"";
    }

    /// <summary>Whether the caller has a state and asks if it still holds.</summary>
    public static bool IsAsked(HttpContext context) => context.Request.Headers.IfNoneMatch.Count > 0;

    /// <summary>Sets it on the answer: the caller's browser may keep that, and asks each time whether it still holds.</summary>
    public static void Set(HttpContext context, string tag)
    {
        var headers = context.Response.Headers;
        headers.ETag = tag;
        headers.CacheControl = "private, no-cache";
        headers.Vary = "Cookie, Authorization";
    }

    /// <summary>Sets it on the answer, as <see cref="Set"/> does.</summary>
    /// <returns>Whether the caller has that state already: answer 304.</returns>
    public static bool IsKnown(HttpContext context, string tag)
    {
        Set(context, tag);
        return EntityTagHeaderValue.TryParseList(context.Request.Headers.IfNoneMatch, out var known)
            && known.Any(each => each.Tag == "*" || each.Tag == tag);
    }
}
