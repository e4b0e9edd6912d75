namespace Akka.Event;

/// <summary>A line is put together only when its level is logged. The overloads by number of arguments spare the array when it is not.</summary>
public static class LoggingExtensions
{
    public static void Debug(this ILoggingAdapter logging, string message)
    {
        if (logging.IsEnabled(LogLevel.DebugLevel))
            logging.Log(LogLevel.DebugLevel, null, message);
    }

    public static void Debug(this ILoggingAdapter logging, string format, params object?[] args)
    {
        if (logging.IsEnabled(LogLevel.DebugLevel))
            logging.Log(LogLevel.DebugLevel, null, new DefaultLogMessage(logging.Formatter, format, args));
    }

    public static void Debug<T1>(this ILoggingAdapter logging, string format, T1 arg1)
    {
        if (logging.IsEnabled(LogLevel.DebugLevel))
            logging.Log(LogLevel.DebugLevel, null, new DefaultLogMessage(logging.Formatter, format, [arg1]));
    }

    public static void Debug<T1, T2>(this ILoggingAdapter logging, string format, T1 arg1, T2 arg2)
    {
        if (logging.IsEnabled(LogLevel.DebugLevel))
            logging.Log(LogLevel.DebugLevel, null, new DefaultLogMessage(logging.Formatter, format, [arg1, arg2]));
    }

    public static void Debug<T1, T2, T3>(this ILoggingAdapter logging, string format, T1 arg1, T2 arg2, T3 arg3)
    {
        if (logging.IsEnabled(LogLevel.DebugLevel))
            logging.Log(LogLevel.DebugLevel, null, new DefaultLogMessage(logging.Formatter, format, [arg1, arg2, arg3]));
    }

    public static void Debug(this ILoggingAdapter logging, Exception? cause, string message)
    {
        if (logging.IsEnabled(LogLevel.DebugLevel))
            logging.Log(LogLevel.DebugLevel, cause, message);
    }

    public static void Debug(this ILoggingAdapter logging, Exception? cause, string format, params object?[] args)
    {
        if (logging.IsEnabled(LogLevel.DebugLevel))
            logging.Log(LogLevel.DebugLevel, cause, new DefaultLogMessage(logging.Formatter, format, args));
    }

    public static void Debug<T1>(this ILoggingAdapter logging, Exception? cause, string format, T1 arg1)
    {
        if (logging.IsEnabled(LogLevel.DebugLevel))
            logging.Log(LogLevel.DebugLevel, cause, new DefaultLogMessage(logging.Formatter, format, [arg1]));
    }

    public static void Debug<T1, T2>(this ILoggingAdapter logging, Exception? cause, string format, T1 arg1, T2 arg2)
    {
        if (logging.IsEnabled(LogLevel.DebugLevel))
            logging.Log(LogLevel.DebugLevel, cause, new DefaultLogMessage(logging.Formatter, format, [arg1, arg2]));
    }

    public static void Debug<T1, T2, T3>(this ILoggingAdapter logging, Exception? cause, string format, T1 arg1, T2 arg2, T3 arg3)
    {
        if (logging.IsEnabled(LogLevel.DebugLevel))
            logging.Log(LogLevel.DebugLevel, cause, new DefaultLogMessage(logging.Formatter, format, [arg1, arg2, arg3]));
    }

    public static void Info(this ILoggingAdapter logging, string message)
    {
        if (logging.IsEnabled(LogLevel.InfoLevel))
            logging.Log(LogLevel.InfoLevel, null, message);
    }

    public static void Info(this ILoggingAdapter logging, string format, params object?[] args)
    {
        if (logging.IsEnabled(LogLevel.InfoLevel))
            logging.Log(LogLevel.InfoLevel, null, new DefaultLogMessage(logging.Formatter, format, args));
    }

    public static void Info<T1>(this ILoggingAdapter logging, string format, T1 arg1)
    {
        if (logging.IsEnabled(LogLevel.InfoLevel))
            logging.Log(LogLevel.InfoLevel, null, new DefaultLogMessage(logging.Formatter, format, [arg1]));
    }

    public static void Info<T1, T2>(this ILoggingAdapter logging, string format, T1 arg1, T2 arg2)
    {
        if (logging.IsEnabled(LogLevel.InfoLevel))
            logging.Log(LogLevel.InfoLevel, null, new DefaultLogMessage(logging.Formatter, format, [arg1, arg2]));
    }

    public static void Info<T1, T2, T3>(this ILoggingAdapter logging, string format, T1 arg1, T2 arg2, T3 arg3)
    {
        if (logging.IsEnabled(LogLevel.InfoLevel))
            logging.Log(LogLevel.InfoLevel, null, new DefaultLogMessage(logging.Formatter, format, [arg1, arg2, arg3]));
    }

    public static void Info(this ILoggingAdapter logging, Exception? cause, string message)
    {
        if (logging.IsEnabled(LogLevel.InfoLevel))
            logging.Log(LogLevel.InfoLevel, cause, message);
    }

    public static void Info(this ILoggingAdapter logging, Exception? cause, string format, params object?[] args)
    {
        if (logging.IsEnabled(LogLevel.InfoLevel))
            logging.Log(LogLevel.InfoLevel, cause, new DefaultLogMessage(logging.Formatter, format, args));
    }

    public static void Info<T1>(this ILoggingAdapter logging, Exception? cause, string format, T1 arg1)
    {
        if (logging.IsEnabled(LogLevel.InfoLevel))
            logging.Log(LogLevel.InfoLevel, cause, new DefaultLogMessage(logging.Formatter, format, [arg1]));
    }

    public static void Info<T1, T2>(this ILoggingAdapter logging, Exception? cause, string format, T1 arg1, T2 arg2)
    {
        if (logging.IsEnabled(LogLevel.InfoLevel))
            logging.Log(LogLevel.InfoLevel, cause, new DefaultLogMessage(logging.Formatter, format, [arg1, arg2]));
    }

    public static void Info<T1, T2, T3>(this ILoggingAdapter logging, Exception? cause, string format, T1 arg1, T2 arg2, T3 arg3)
    {
        if (logging.IsEnabled(LogLevel.InfoLevel))
            logging.Log(LogLevel.InfoLevel, cause, new DefaultLogMessage(logging.Formatter, format, [arg1, arg2, arg3]));
    }

    public static void Warning(this ILoggingAdapter logging, string message)
    {
        if (logging.IsEnabled(LogLevel.WarningLevel))
            logging.Log(LogLevel.WarningLevel, null, message);
    }

    public static void Warning(this ILoggingAdapter logging, string format, params object?[] args)
    {
        if (logging.IsEnabled(LogLevel.WarningLevel))
            logging.Log(LogLevel.WarningLevel, null, new DefaultLogMessage(logging.Formatter, format, args));
    }

    public static void Warning<T1>(this ILoggingAdapter logging, string format, T1 arg1)
    {
        if (logging.IsEnabled(LogLevel.WarningLevel))
            logging.Log(LogLevel.WarningLevel, null, new DefaultLogMessage(logging.Formatter, format, [arg1]));
    }

    public static void Warning<T1, T2>(this ILoggingAdapter logging, string format, T1 arg1, T2 arg2)
    {
        if (logging.IsEnabled(LogLevel.WarningLevel))
            logging.Log(LogLevel.WarningLevel, null, new DefaultLogMessage(logging.Formatter, format, [arg1, arg2]));
    }

    public static void Warning<T1, T2, T3>(this ILoggingAdapter logging, string format, T1 arg1, T2 arg2, T3 arg3)
    {
        if (logging.IsEnabled(LogLevel.WarningLevel))
            logging.Log(LogLevel.WarningLevel, null, new DefaultLogMessage(logging.Formatter, format, [arg1, arg2, arg3]));
    }

    public static void Warning(this ILoggingAdapter logging, Exception? cause, string message)
    {
        if (logging.IsEnabled(LogLevel.WarningLevel))
            logging.Log(LogLevel.WarningLevel, cause, message);
    }

    public static void Warning(this ILoggingAdapter logging, Exception? cause, string format, params object?[] args)
    {
        if (logging.IsEnabled(LogLevel.WarningLevel))
            logging.Log(LogLevel.WarningLevel, cause, new DefaultLogMessage(logging.Formatter, format, args));
    }

    public static void Warning<T1>(this ILoggingAdapter logging, Exception? cause, string format, T1 arg1)
    {
        if (logging.IsEnabled(LogLevel.WarningLevel))
            logging.Log(LogLevel.WarningLevel, cause, new DefaultLogMessage(logging.Formatter, format, [arg1]));
    }

    public static void Warning<T1, T2>(this ILoggingAdapter logging, Exception? cause, string format, T1 arg1, T2 arg2)
    {
        if (logging.IsEnabled(LogLevel.WarningLevel))
            logging.Log(LogLevel.WarningLevel, cause, new DefaultLogMessage(logging.Formatter, format, [arg1, arg2]));
    }

    public static void Warning<T1, T2, T3>(this ILoggingAdapter logging, Exception? cause, string format, T1 arg1, T2 arg2, T3 arg3)
    {
        if (logging.IsEnabled(LogLevel.WarningLevel))
            logging.Log(LogLevel.WarningLevel, cause, new DefaultLogMessage(logging.Formatter, format, [arg1, arg2, arg3]));
    }

    public static void Error(this ILoggingAdapter logging, string message)
    {
        if (logging.IsEnabled(LogLevel.ErrorLevel))
            logging.Log(LogLevel.ErrorLevel, null, message);
    }

    public static void Error(this ILoggingAdapter logging, string format, params object?[] args)
    {
        if (logging.IsEnabled(LogLevel.ErrorLevel))
            logging.Log(LogLevel.ErrorLevel, null, new DefaultLogMessage(logging.Formatter, format, args));
    }

    public static void Error<T1>(this ILoggingAdapter logging, string format, T1 arg1)
    {
        if (logging.IsEnabled(LogLevel.ErrorLevel))
            logging.Log(LogLevel.ErrorLevel, null, new DefaultLogMessage(logging.Formatter, format, [arg1]));
    }

    public static void Error<T1, T2>(this ILoggingAdapter logging, string format, T1 arg1, T2 arg2)
    {
        if (logging.IsEnabled(LogLevel.ErrorLevel))
            logging.Log(LogLevel.ErrorLevel, null, new DefaultLogMessage(logging.Formatter, format, [arg1, arg2]));
    }

    public static void Error<T1, T2, T3>(this ILoggingAdapter logging, string format, T1 arg1, T2 arg2, T3 arg3)
    {
        if (logging.IsEnabled(LogLevel.ErrorLevel))
            logging.Log(LogLevel.ErrorLevel, null, new DefaultLogMessage(logging.Formatter, format, [arg1, arg2, arg3]));
    }

    public static void Error(this ILoggingAdapter logging, Exception? cause, string message)
    {
        if (logging.IsEnabled(LogLevel.ErrorLevel))
            logging.Log(LogLevel.ErrorLevel, cause, message);
    }

    public static void Error(this ILoggingAdapter logging, Exception? cause, string format, params object?[] args)
    {
        if (logging.IsEnabled(LogLevel.ErrorLevel))
            logging.Log(LogLevel.ErrorLevel, cause, new DefaultLogMessage(logging.Formatter, format, args));
    }

    public static void Error<T1>(this ILoggingAdapter logging, Exception? cause, string format, T1 arg1)
    {
        if (logging.IsEnabled(LogLevel.ErrorLevel))
            logging.Log(LogLevel.ErrorLevel, cause, new DefaultLogMessage(logging.Formatter, format, [arg1]));
    }

    public static void Error<T1, T2>(this ILoggingAdapter logging, Exception? cause, string format, T1 arg1, T2 arg2)
    {
        if (logging.IsEnabled(LogLevel.ErrorLevel))
            logging.Log(LogLevel.ErrorLevel, cause, new DefaultLogMessage(logging.Formatter, format, [arg1, arg2]));
    }

    public static void Error<T1, T2, T3>(this ILoggingAdapter logging, Exception? cause, string format, T1 arg1, T2 arg2, T3 arg3)
    {
        if (logging.IsEnabled(LogLevel.ErrorLevel))
            logging.Log(LogLevel.ErrorLevel, cause, new DefaultLogMessage(logging.Formatter, format, [arg1, arg2, arg3]));
    }

    public static void Log(this ILoggingAdapter logging, LogLevel logLevel, string message)
    {
        if (logging.IsEnabled(logLevel))
            logging.Log(logLevel, null, message);
    }

    public static void Log(this ILoggingAdapter logging, LogLevel logLevel, string format, params object?[] args)
    {
        if (logging.IsEnabled(logLevel))
            logging.Log(logLevel, null, new DefaultLogMessage(logging.Formatter, format, args));
    }

    public static void Log(this ILoggingAdapter logging, LogLevel logLevel, Exception? cause, string format, params object?[] args)
    {
        if (logging.IsEnabled(logLevel))
            logging.Log(logLevel, cause, new DefaultLogMessage(logging.Formatter, format, args));
    }
}
