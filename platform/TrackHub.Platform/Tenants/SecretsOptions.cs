using System.ComponentModel.DataAnnotations;

namespace TrackHub.Platform.Tenants;

/// <summary>The key all secrets at rest hang on. Bound from section <c>Secrets</c>.</summary>
public sealed class SecretsOptions : IValidatableObject
{
    /// <summary>Environment variable that is taken where the section has no master key.</summary>
    public const string FallbackVariable = "PERFORMANCE_ENCRYPTION_KEY";

    /// <summary>32 random bytes in base64 (or 64 hex digits): <c>openssl rand -base64 32</c>. Required. Never shown or logged.</summary>
    public string MasterKey { get; set; } = "";

    /// <summary>The former master key while it is being replaced: `trackhub migrate` seals everything under the new one.</summary>
    public string PreviousMasterKey { get; set; } = "";

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Tenants.MasterKey.Fault(MasterKey) is { } fault)
            yield return new($"{fault} Make one with `openssl rand -base64 32` and keep it safe.", [nameof(MasterKey)]);
        if (PreviousMasterKey.Length > 0 && Tenants.MasterKey.Fault(PreviousMasterKey) is { } previousFault)
            yield return new(previousFault, [nameof(PreviousMasterKey)]);
    }
}
