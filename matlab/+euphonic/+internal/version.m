function [text, protocol] = version()
    %VERSION   Version of this package and of the protocol it speaks.
    text = '0.1.0';
    protocol = 1;
end
