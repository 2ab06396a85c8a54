namespace TrackHub.MetaSim.ConversionsApi;

/// <summary>
/// What an answer with a given code looks like, for behaviours that name a code or only an HTTP status.
/// Sources: Graph API "Handle errors" and "Rate limits", Marketing API "Error reference".
/// </summary>
internal static class CodeTable
{
    /// <summary>Builds the answer; what is not given comes from the table.</summary>
    /// <param name="status">HTTP status, or null for the code's usual one.</param>
    /// <param name="code">Graph error code, or null for the one that fits the status.</param>
    public static GraphError Answer(int? status, int? code, int? subcode, bool? isTransient, string? message)
    {
        var effectiveCode = code ?? CodeOfStatus(status ?? 500);
        if (code is null && status is 404)
            subcode ??= 33;
        var (usualStatus, text, transient) = Row(effectiveCode, subcode);
        return new GraphError(status ?? usualStatus, effectiveCode, message ?? text)
        {
            Subcode = subcode,
            IsTransient = isTransient ?? transient,
        };
    }

    private static int CodeOfStatus(int status) => status switch
    {
        401 => 190,
        403 => 200,
        429 => 4,
        400 or 404 or (> 408 and < 500) => 100,
        408 => 1,
        _ => 2,
    };

    private static (int Status, string Message, bool? IsTransient) Row(int code, int? subcode) => code switch
    {
        1 => (500, "An unknown error occurred", true),
        2 => (500, "An unexpected error has occurred. Please retry your request later.", true),
        3 => (403, "(#3) Application does not have the capability to make this API call.", null),
        4 => (400, "(#4) Application request limit reached", true),
        10 => (403, "(#10) Application does not have permission for this action", null),
        17 => (400, "(#17) User request limit reached", true),
        32 => (400, "(#32) Page request limit reached", true),
        100 when subcode is 33 => (400, ErrorCatalogue.Unsupported("post", "dataset").Message, null),
        100 => (400, "Invalid parameter", false),
        102 => (401, "Session key invalid or no longer valid", null),
        104 => (400, "Incorrect signature", null),
        105 => (400, "The number of parameters exceeded the maximum for this operation", null),
        190 => (401, TokenText(subcode), null),
        >= 200 and <= 299 => (403, $"(#{code}) Permissions error", null),
        341 => (400, "(#341) Application limit reached", true),
        368 => (400, "The action attempted has been deemed abusive or is otherwise disallowed", null),
        613 => (400, "(#613) Calls to this api have exceeded the rate limit.", true),
        803 => (404, "(#803) Some of the aliases you requested do not exist", null),
        21009 => (400, "(#21009) Dataset upload temporarily not ready", true),
        >= 80000 and <= 80014 => (400, $"(#{code}) There have been too many calls to this ad-account. Wait a bit and try again.", true),
        _ => (400, $"(#{code}) An error occurred", null),
    };

    private static string TokenText(int? subcode) => subcode switch
    {
        458 => "Error validating access token: The user has not authorized application.",
        460 => "Error validating access token: The session has been invalidated because the user changed the password.",
        463 => "Error validating access token: Session has expired.",
        467 => "Error validating access token: The session is invalid because the user logged out.",
        _ => "Invalid OAuth access token - Cannot parse access token",
    };
}
