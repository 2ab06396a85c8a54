using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace TrackHub.ConsoleApi.Performance.Asking;

/// <summary>Tells where the next page is, beside an answer that is nothing but rows.</summary>
internal static class Pages
{
    /// <summary>Leaves of rows what one page holds, and tells where the rest is.</summary>
    /// <param name="context">The request.</param>
    /// <param name="found">The rows, with one more than the page holds if there is one.</param>
    /// <param name="limit">Rows of a page.</param>
    /// <param name="cursorOf">The cursor behind a row.</param>
    public static void Cut<T>(HttpContext context, List<T> found, int limit, Func<T, string> cursorOf)
    {
        if (found.Count <= limit)
            return;
        found.RemoveRange(limit, found.Count - limit);
        LinkNext(context, cursorOf(found[^1]));
    }

    /// <summary>Sets <c>Link: &lt;…&gt;; rel="next"</c> (RFC 8288): the same question with the cursor.</summary>
    private static void LinkNext(HttpContext context, string cursor)
    {
        var asked = context.Request.Query.Where(static pair => pair.Key != "cursor").Select(static pair => KeyValuePair.Create(pair.Key, (string?)pair.Value));
        context.Response.Headers.Link = $"<{QueryHelpers.AddQueryString(context.Request.Path, [.. asked, new("cursor", cursor)])}>; rel=\"next\"";
    }
}
