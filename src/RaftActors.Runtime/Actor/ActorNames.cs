using System.Text;

namespace Akka.Actor;

internal static class ActorNames
{
    private const string Digits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+~";

    /// <summary>"$a", "$b", and so on: names that nobody may give.</summary>
    public static string Generated(long number)
    {
        var name = new StringBuilder("$");
        do
        {
            name.Append(Digits[(int)(number & 63)]);
            number >>>= 6;
        }
        while (number != 0);
        return name.ToString();
    }
}
