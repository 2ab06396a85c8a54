using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace TrackHub.Schemas;

/// <content>Keeps the person out of <see cref="object.ToString"/>, and so out of log lines and test output.</content>
public sealed partial record UserData
{
    [SuppressMessage("Performance", "CA1822", Justification = "The compiler's ToString calls it on the instance.")]
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("sealed");
        return true;
    }
}
