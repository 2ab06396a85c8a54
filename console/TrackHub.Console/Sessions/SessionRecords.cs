using System.Text.Json.Serialization;

namespace TrackHub.ConsoleApi.Sessions;

/// <summary>Body of <c>POST /api/v1/session</c>.</summary>
/// <param name="Login">E-mail address.</param>
/// <param name="Password">Password.</param>
internal sealed record SignIn(string? Login, string? Password)
{
    /// <inheritdoc/>
    public override string ToString() => nameof(SignIn);   // never what it holds
}

/// <summary>Who is signed in.</summary>
/// <param name="TenantId">Whose pages they see.</param>
/// <param name="Role">viewer, operator or admin.</param>
/// <param name="Login">What they signed in as; null for an API key.</param>
/// <param name="CsrfToken">Goes into <c>X-CSRF-Token</c> of every request that changes something; null for an API key.</param>
/// <param name="ExpiresAt">When the session ends at the latest; null for an API key.</param>
internal sealed record SessionView(string TenantId, string Role, string? Login, string? CsrfToken, DateTimeOffset? ExpiresAt);

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, MaxDepth = 8)]
[JsonSerializable(typeof(SignIn))]
[JsonSerializable(typeof(SessionView))]
internal sealed partial class SessionJson : JsonSerializerContext;
